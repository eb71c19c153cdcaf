/** What every pruning rule answers. A new rule is one file beside this one and a line in index.ts. */
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { Target, Weights } from './largest.ts';

export interface Pruner {
  readonly kind: SparsityRule['kind'];
  readonly summary: string; // one line for `sense list`
  /** Write 0 into the target wherever the rule prunes; the target may be the weights themselves. */
  readonly drop: (weight: Weights, target: Target, conv: ConvShape, rule: SparsityRule) => void;
  /** For each set of weights that the rule speaks of: the non-zeros it has and the non-zeros it may have. */
  readonly audit: (weight: Weights, conv: ConvShape, rule: SparsityRule, see: Audit) => void;
}

export type Audit = (nonZeros: number, allowed: number) => void;

/** How many of `count` are kept at a share of zeros. The small term lifts 0.5 that rounding left just below. */
export const kept = (count: number, zeros: number): number => Math.floor(count * (1 - zeros) + 0.5 + 1e-6);
