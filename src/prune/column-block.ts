/**
 * Column-block pruning: the filters that share a pass of the array prune the same input channels, kernel and all,
 * so a row skips the channel outright. It turns the zeros of 1x1 and fully connected layers into time.
 *
 *   input channel      0  1  2  3  4  5
 *   filters  0..31     x  .  x  x  .  .        each block keeps its channels of largest summed magnitude
 *   filters 32..63     .  .  x  .  x  x
 */
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { Weights } from './largest.ts';
import { kept, type Pruner } from './pruner.ts';

export const columnBlock: Pruner = {
  kind: 'column-block',
  summary: 'filters of one pass prune the same input channels, so rows skip them',

  drop(weight, target, conv, rule) {
    const { channels, kernel, keep } = extents(conv, rule);
    for (const [first, end] of blocks(conv, rule)) {
      const gone = smallest(mass(weight, conv, [first, end]), keep);
      for (let filter = first; filter < end; filter++)
        for (const c of gone) {
          const at = (filter * channels + c) * kernel;
          for (let i = at; i < at + kernel; i++) target[i] = 0;
        }
    }
  },

  audit(weight, conv, rule, see) {
    const { keep } = extents(conv, rule);
    for (const block of blocks(conv, rule))
      see(
        mass(weight, conv, block).reduce((n, sum) => n + (sum > 0 ? 1 : 0), 0),
        keep,
      );
  },
};

/** A filter keeps one channel at least: a depthwise filter has no other. */
const extents = (conv: ConvShape, { zeros }: SparsityRule) => {
  const channels = conv.C / conv.groups;
  return { channels, kernel: conv.R * conv.S, keep: Math.max(1, kept(channels, zeros)) };
};

/** Blocks [first, end) of filters; none reaches over a group, whose channels are others. */
function* blocks({ K, groups }: ConvShape, { blockFilters }: SparsityRule): Generator<[number, number]> {
  const filtersPerGroup = K / groups;
  for (let group = 0; group < groups; group++)
    for (let f = 0; f < filtersPerGroup; f += blockFilters) {
      const first = group * filtersPerGroup + f;
      yield [first, first + Math.min(blockFilters, filtersPerGroup - f)];
    }
}

/** Summed magnitude of each input channel over the filters of a block. */
function mass(weight: Weights, conv: ConvShape, [first, end]: readonly [number, number]): Float64Array {
  const channels = conv.C / conv.groups;
  const kernel = conv.R * conv.S;
  const sums = new Float64Array(channels);
  for (let filter = first; filter < end; filter++)
    for (let c = 0; c < channels; c++) {
      const at = (filter * channels + c) * kernel;
      let sum = sums[c]!;
      for (let i = at; i < at + kernel; i++) sum += Math.abs(weight[i]!);
      sums[c] = sum;
    }
  return sums;
}

/** All channels but the `keep` largest; among equal sums the first are kept. */
function smallest(sums: Float64Array, keep: number): readonly number[] {
  const least = sums.slice().sort()[sums.length - keep]!;
  let room = keep - sums.reduce((n, sum) => n + (sum > least ? 1 : 0), 0);
  const gone: number[] = [];
  sums.forEach((sum, c) => {
    if (sum < least || (sum === least && room-- <= 0)) gone.push(c);
  });
  return gone;
}
