/**
 * n of m: of every m consecutive input channels of a filter, at one tap, n are kept (Mishra et al., arXiv:2104.08378,
 * there 2 of 4). The structure that GPUs' sparse matrix units ask for; here a yardstick beside equal kernels.
 *
 *   input channel   0  1  2  3 | 4  5  6  7      2 of 4, tap by tap: each group keeps its largest
 *   tap (0, 0)      x  .  x  . | .  .  x  x
 *
 * A filter with fewer channels than m is read tap after tap instead. What is left behind the last whole group keeps
 * its share, rounded.
 */
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { Column, Weights } from './largest.ts';
import { kept, type Pruner } from './pruner.ts';

export const nOfM: Pruner = {
  kind: 'n-of-m',
  summary: 'of every m input channels of a filter, n stay, tap by tap: 2 of 4 at one half',

  drop(weight, target, conv, rule) {
    const gone = new Uint8Array(LARGEST_GROUP);
    for (const { start, step, count, keep } of groups(conv, rule)) {
      // All ranks before any zero: the target may be the weights themselves.
      for (let i = 0; i < count; i++)
        gone[i] = Number(rankOf(weight, start + i * step, { start, step, count }) >= keep);
      for (let i = 0; i < count; i++) if (gone[i]) target[start + i * step] = 0;
    }
  },

  audit(weight, conv, rule, see) {
    for (const { start, step, count, keep } of groups(conv, rule)) {
      let nonZeros = 0;
      for (let i = 0; i < count; i++) nonZeros += Number(weight[start + i * step] !== 0);
      see(nonZeros, keep);
    }
  },
};

const LARGEST_GROUP = 16;

/** The smallest m of 4, 8, 16 of which the share is a whole number; 4 where none is. */
export function groupSize(zeros: number): number {
  const isWhole = (m: number): boolean => Math.abs(m * zeros - Math.round(m * zeros)) < 1e-6;
  return [4, 8, LARGEST_GROUP].find(isWhole) ?? 4;
}

interface Group extends Column {
  readonly keep: number;
}

/** How many of a group come before the weight at `own`: larger ones, and equal ones of lower position. Groups are short. */
function rankOf(weight: Weights, own: number, { start, step, count }: Column): number {
  const magnitude = Math.abs(weight[own]!);
  let rank = 0;
  for (let at = start; at < start + step * count; at += step) {
    const other = Math.abs(weight[at]!);
    rank += Number(other > magnitude || (other === magnitude && at < own));
  }
  return rank;
}

function* groups({ C, K, R, S, groups }: ConvShape, { zeros }: SparsityRule): Generator<Group> {
  const channels = C / groups;
  const kernel = R * S;
  const m = groupSize(zeros);
  const overChannels = channels >= m;
  const [length, lines, step] = overChannels ? [channels, kernel, kernel] : [channels * kernel, 1, 1];
  for (let filter = 0; filter < K; filter++)
    for (let line = 0; line < lines; line++)
      for (let first = 0; first < length; first += m) {
        const count = Math.min(m, length - first);
        const start = filter * channels * kernel + line + first * step;
        yield { start, step, count, keep: kept(count, zeros) };
      }
}
