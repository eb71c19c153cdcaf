/**
 * Group-wise pruning: the filters of a block prune the same taps, so a whole column of a block of the weight matrix
 * is zero and an array that holds the block skips it. Finer than column-block: tap by tap, not channel by channel.
 *
 *   tap (c, r, s)      0  1  2  3  4  5  6
 *   filters  0..127    x  .  .  x  x  .  .      each block keeps its taps of largest summed magnitude
 *   filters 128..255   .  x  .  .  x  .  x
 */
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { keepLargest, type Weights } from './largest.ts';
import { kept, type Pruner } from './pruner.ts';

export const group: Pruner = {
  kind: 'group',
  summary: 'filters of one block prune the same taps, so an array skips them',

  drop(weight, target, conv, rule) {
    const { taps, keep } = extents(conv, rule);
    for (const [first, end] of blocks(conv, rule)) {
      const mask = new Uint8Array(taps).fill(1);
      keepLargest(mass(weight, taps, [first, end]), mask, { start: 0, step: 1, count: taps }, keep);
      for (let filter = first; filter < end; filter++)
        for (let t = 0; t < taps; t++) if (mask[t] === 0) target[filter * taps + t] = 0;
    }
  },

  audit(weight, conv, rule, see) {
    const { taps, keep } = extents(conv, rule);
    for (const block of blocks(conv, rule))
      see(
        mass(weight, taps, block).reduce((n, sum) => n + (sum > 0 ? 1 : 0), 0),
        keep,
      );
  },
};

const extents = ({ C, R, S, groups }: ConvShape, { zeros }: SparsityRule) => {
  const taps = (C / groups) * R * S;
  return { taps, keep: kept(taps, zeros) };
};

/** Blocks [first, end) of filters; none reaches over a group of the convolution, whose channels are others. */
function* blocks({ K, groups }: ConvShape, { blockFilters }: SparsityRule): Generator<[number, number]> {
  const perGroup = K / groups;
  for (let start = 0; start < K; start += perGroup)
    for (let f = 0; f < perGroup; f += blockFilters)
      yield [start + f, start + Math.min(perGroup, f + blockFilters)];
}

/** Summed magnitude of each tap over the filters of a block. */
function mass(weight: Weights, taps: number, [first, end]: readonly [number, number]): Float32Array {
  const sums = new Float64Array(taps);
  for (let filter = first; filter < end; filter++) {
    const row = weight.subarray(filter * taps, (filter + 1) * taps);
    for (let t = 0; t < taps; t++) sums[t]! += Math.abs(row[t]!);
  }
  return Float32Array.from(sums);
}
