/**
 * What the threads of a training team share: one block of memory for the batch, the parameters, each part's gradients
 * and statistics, and the words by which they wait for one another.
 *
 *   control    [order number, kind, training, measure, has a seed, seed], then for each hand [done, state, layer]
 *   complaint  for each hand, the length and the UTF-8 of what went wrong
 */
import { volume } from '../../tensor/shape.ts';

export const CONTROL = { order: 0, kind: 1, training: 2, measure: 3, seeded: 4, seed: 5, hands: 6 } as const;
export const WORDS_A_HAND = 3;
export const HAND = { done: 0, state: 1, layer: 2 } as const;
export const STATE = { well: 0, failed: 1 } as const;
export const ORDER = { load: 1, forward: 2, backward: 3, check: 4, leave: 5 } as const;
const COMPLAINT_BYTES = 2048;

export type Lengths = readonly (readonly [name: string, length: number])[];

/** Plain data, to be posted to a thread. */
export interface Layout {
  readonly hands: number; // threads beside the one that leads
  readonly batch: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly loaded: Lengths; // parameters, and statistics that are not trained
  readonly gradients: Lengths;
  readonly measured: Lengths;
}

export interface Shared {
  readonly control: Int32Array;
  readonly complaints: readonly Uint8Array[]; // by hand
  readonly input: Float32Array;
  readonly logits: Float32Array;
  readonly logitsGradient: Float32Array;
  readonly loaded: ReadonlyMap<string, Float32Array>;
  readonly gradients: readonly ReadonlyMap<string, Float32Array>[]; // by hand
  readonly measured: readonly ReadonlyMap<string, Float32Array>[];
}

const total = (lengths: Lengths): number => lengths.reduce((sum, [, length]) => sum + length, 0);
const controlWords = (hands: number): number => CONTROL.hands + hands * WORDS_A_HAND;

export function sharedBytes(layout: Layout): number {
  const { hands, batch, imageSize, classes, loaded, gradients, measured } = layout;
  const words = volume([batch, imageSize]) + 2 * batch * classes + total(loaded);
  const perHand = total(gradients) + total(measured);
  return 4 * (controlWords(hands) + words + hands * perHand) + hands * COMPLAINT_BYTES;
}

/** The same views in every thread. */
export function viewsOf(layout: Layout, buffer: SharedArrayBuffer): Shared {
  const { hands, batch, imageSize, classes } = layout;
  let at = 4 * controlWords(hands);
  const floats = (length: number): Float32Array => {
    const view = new Float32Array(buffer, at, length);
    at += 4 * length;
    return view;
  };
  const named = (lengths: Lengths) => new Map(lengths.map(([name, length]) => [name, floats(length)]));
  const byHand = <T>(make: () => T): T[] => Array.from({ length: hands }, make);
  return {
    control: new Int32Array(buffer, 0, controlWords(hands)),
    input: floats(batch * imageSize),
    logits: floats(batch * classes),
    logitsGradient: floats(batch * classes),
    loaded: named(layout.loaded),
    gradients: byHand(() => named(layout.gradients)),
    measured: byHand(() => named(layout.measured)),
    complaints: byHand(() => {
      const view = new Uint8Array(buffer, at, COMPLAINT_BYTES);
      at += COMPLAINT_BYTES;
      return view;
    }),
  };
}

/** What one thread trains on: images [first, first + count) of the batch. */
export interface Part {
  readonly first: number;
  readonly count: number;
}

/** As equal as they can be, the larger ones first. */
export function partsOf(batch: number, threads: number): readonly Part[] {
  const most = Math.min(batch, threads);
  return Array.from({ length: most }, (_, i) => {
    const first = Math.ceil((i * batch) / most);
    return { first, count: Math.ceil(((i + 1) * batch) / most) - first };
  });
}

/** Text cut to what fits. */
export function complain(to: Uint8Array, text: string): void {
  const bytes = new TextEncoder().encode(text).subarray(0, to.length - 2);
  to.set([bytes.length & 255, bytes.length >> 8]);
  to.set(bytes, 2);
}

// Decoders refuse shared memory: a copy first.
export const complaint = (from: Uint8Array): string =>
  new TextDecoder().decode(Uint8Array.from(from.subarray(2, 2 + from[0]! + 256 * from[1]!)));
