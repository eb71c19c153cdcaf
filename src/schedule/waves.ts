/**
 * Waves: virtual channels dealt to the rows of the array, `rows` at a time.
 *
 * In lock-step a wave takes as long as its slowest row, so channels of like work n * K (ifmap non-zeros times taps) are put
 * together (the channel rearrangement of the Sense papers): in one order for all tiles of a layer, or sorted tile by
 * tile by work, empty ones left out. Psum addition does not care about the order; but a tile's own order asks that
 * weights be gathered by channel (docs/decisions/006).
 */
import type { Arch } from '../arch/arch.ts';

export interface WaveOrder {
  /** Virtual channels in the order they are dealt; only the first `count` are scheduled. */
  readonly channels: Int32Array;
  readonly count: number;
}

/** Scratch that a caller keeps, so that dealing a tile allocates nothing. */
export interface Dealer {
  /** Order the channels of one tile by work, largest first; ties by channel. */
  readonly byWork: (nonZeros: Uint16Array, taps: Uint8Array) => WaveOrder;
}

export function dealer(channels: number): Dealer {
  const order = new Int32Array(channels);
  let starts = new Int32Array(1024);
  return {
    byWork(nonZeros, taps) {
      let most = 0;
      for (let v = 0; v < nonZeros.length; v++) most = Math.max(most, nonZeros[v]! * taps[v]!);
      if (starts.length < most + 2) starts = new Int32Array(2 * most + 2);
      starts.fill(0, 0, most + 2);
      // A counting sort: work is at most psumDepth * weightDepth. starts[w] = channels with more work than w.
      for (let v = 0; v < nonZeros.length; v++) {
        const work = nonZeros[v]! * taps[v]!;
        if (work > 0) starts[work - 1]!++;
      }
      for (let work = most - 1; work >= 0; work--) starts[work]! += starts[work + 1]!;
      const count = starts[0]!;
      for (let v = 0; v < nonZeros.length; v++) {
        const work = nonZeros[v]! * taps[v]!;
        if (work > 0) order[starts[work]!++] = v;
      }
      return { channels: order, count };
    },
  };
}

/** The plain twin of a dealer's byWork. */
export function byWorkPlain(nonZeros: Uint16Array, taps: Uint8Array): readonly number[] {
  const work = (v: number): number => nonZeros[v]! * taps[v]!;
  return [...nonZeros.keys()].filter((v) => work(v) > 0).sort((a, b) => work(b) - work(a) || a - b);
}

/** Cycles that a load takes at least: where its channels are gathered, so many a cycle. */
export const gathering = (channels: number, { rearrange, pe: { gatherChannels } }: Arch): number =>
  rearrange === 'per-tile' && gatherChannels !== undefined ? Math.ceil(channels / gatherChannels) : 0;
