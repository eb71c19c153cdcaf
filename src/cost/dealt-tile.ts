/** A tile dealt into waves: what every row has to do in each, and what each load brings. How long that takes is the pace's. */
import type { Arch } from '../arch/arch.ts';
import { gathering, type WaveOrder } from '../schedule/waves.ts';

export interface DealtTile {
  readonly waves: number;
  /** n * K of each row in each wave, at wave * rows + row: operations sent into the array. */
  readonly works: Int32Array;
  /** Cycles of each wave's load: its taps over the lanes; where they are gathered in a tile's own order, no fewer than that takes. */
  readonly words: Int32Array;
  /** That leave when the tile ends: 0 where nothing was computed, or where they stay for the next chunk of channels. */
  readonly psums: number;
  readonly slots: number; // sum of n * K over rows
}

export interface TileCounts {
  readonly nonZeros: Uint16Array; // of each virtual channel
  readonly taps: Uint8Array; // the most of any filter of the block
}

/** Where a tile's works and words are put; the next tile that is dealt into it takes their place. */
export type DealRoom = Pick<DealtTile, 'works' | 'words'>;

export function roomFor(channels: number, { array: { rows } }: Pick<Arch, 'array'>): DealRoom {
  const waves = Math.ceil(channels / rows);
  return { works: new Int32Array(waves * rows), words: new Int32Array(waves) };
}

/** `rows` channels a wave, in the order given; one without taps takes no row, one without non-zeros does. */
export function dealTile(
  { nonZeros, taps }: TileCounts,
  { channels, count }: WaveOrder,
  { arch, psums, room = roomFor(count, arch) }: { arch: Arch; psums: number; room?: DealRoom },
): DealtTile {
  const { rows } = arch.array;
  const { weightLanes } = arch.pe;
  const { works, words } = room;
  let [waves, slots] = [0, 0];
  for (let from = 0; from < count; from += rows) {
    const end = Math.min(count, from + rows);
    let [row, toLoad, busy] = [waves * rows, 0, 0];
    for (let i = from; i < end; i++) {
      const v = channels[i]!;
      const held = taps[v]!;
      if (held === 0) continue;
      const work = nonZeros[v]! * held;
      works[row++] = work;
      busy += work;
      toLoad += held; // of a channel without non-zeros too, for it lies among the others
    }
    if (busy === 0) continue; // only in a fixed order: a wave of empty channels is skipped
    works.fill(0, row, (waves + 1) * rows);
    words[waves] = Math.max(Math.ceil(toLoad / weightLanes), gathering(end - from, arch));
    slots += busy;
    waves++;
  }
  return { waves, works, words, psums: waves > 0 ? psums : 0, slots };
}

/** The last chunk of a lone tile has nothing to multiply, but the psums of the chunks before it must leave. */
export const idleTile = (psums: number, { array }: Arch): DealtTile => ({
  waves: 1,
  works: new Int32Array(array.rows),
  words: new Int32Array(1),
  psums,
  slots: 0,
});
