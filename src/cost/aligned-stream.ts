/**
 * A compressed stream of groups of 16 places: each non-zero with its offset in the group, the group's last one marked. A
 * group without any sends a zero in its first place, so that the other stream has something to wait for.
 */
import type { Random } from '../tensor/random.ts';

/** Indices of the non-zeros of a window or a filter, ascending, and how many places it has. */
export interface Stream {
  readonly places: Int32Array;
  readonly length: number;
}

export interface Element {
  readonly offset: number;
  readonly ends: boolean; // the last of its group
  readonly closes: boolean; // the last of its window
}

export const GROUP = 16;

export function randomStream(length: number, density: number, random: Random): Stream {
  return {
    places: Int32Array.from({ length }, (_, k) => k).filter(() => random.uniform() < density),
    length,
  };
}

/** By line of the array: its windows, or filters, that follow one another without a gap. */
export type Streams = readonly (readonly Stream[])[];

/** What each line sends; a last element pushes the one before it out of the PE. */
export const elementsOf = (lines: Streams): readonly Element[][] =>
  lines.map((line) => [...line.flatMap(groups), { offset: 0, ends: true, closes: false }]);

function groups({ places, length }: Stream): readonly Element[] {
  const elements: Element[] = [];
  let at = 0;
  for (let first = 0; first < length; first += GROUP) {
    const closes = first + GROUP >= length;
    if (at >= places.length || places[at]! >= first + GROUP) elements.push({ offset: 0, ends: true, closes });
    else
      while (at < places.length && places[at]! < first + GROUP) {
        const ends = at + 1 === places.length || places[at + 1]! >= first + GROUP;
        elements.push({ offset: places[at]! - first, ends, closes: ends && closes });
        at++;
      }
  }
  return elements;
}
