/** Making weights obey a sparsity rule, and telling whether they do. */
import { fail, failUnknown } from '../errors.ts';
import { type SparsityRule, wholeKernel } from '../model/sparsity.ts';
import { type ConvShape, weightCount } from '../tensor/conv.ts';
import { columnBlock } from './column-block.ts';
import { equalPerKernel } from './equal-per-kernel.ts';
import { group } from './group.ts';
import type { Weights } from './largest.ts';
import { magnitude } from './magnitude.ts';
import { nOfM } from './n-of-m.ts';
import { none } from './none.ts';
import { pattern } from './pattern.ts';
import type { Pruner } from './pruner.ts';

export type { Weights } from './largest.ts';
export type { Pruner } from './pruner.ts';

export const pruners: readonly Pruner[] = [
  none,
  magnitude,
  equalPerKernel,
  columnBlock,
  nOfM,
  pattern,
  group,
];

/** Mask of the weights that the rule keeps: 1 keep, 0 prune. */
export function prune(weight: Weights, conv: ConvShape, rule: SparsityRule): Uint8Array {
  requireNumbers(weight, conv);
  const mask = new Uint8Array(weight.length).fill(1);
  prunerOf(rule).drop(weight, mask, conv, rule);
  return mask;
}

/** The same in place, with no mask: what a layer of 100 million synthetic weights needs. */
export function applyRule(weight: Weights, conv: ConvShape, rule: SparsityRule): void {
  requireNumbers(weight, conv);
  prunerOf(rule).drop(weight, weight, conv, rule);
}

export interface Obedience {
  /** Nowhere more non-zeros than the rule allows: what the machine needs. */
  readonly ok: boolean;
  /** Nowhere fewer either; a weight that quantises to zero makes it false. */
  readonly exact: boolean;
  readonly zeros: number; // share, of the whole layer
  /** The least and the largest share of zeros of a kernel, i.e. of one filter over all its channels. */
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
}

/** Hold a layer's weights against a rule. */
export function obeys(weight: Weights, conv: ConvShape, rule: SparsityRule): Obedience {
  requireNumbers(weight, conv);
  let [ok, exact] = [true, true];
  prunerOf(rule).audit(weight, conv, rule, (nonZeros, allowed) => {
    if (nonZeros > allowed) ok = false;
    if (nonZeros !== allowed) exact = false;
  });
  return { ok, exact, ...zeroShares(weight, conv) };
}

function zeroShares(weight: Weights, { K }: ConvShape): Pick<Obedience, 'zeros' | 'zerosPerKernel'> {
  const size = weight.length / K;
  let [min, max, sum] = [1, 0, 0];
  for (let filter = 0; filter < K; filter++) {
    let zeros = 0;
    for (let i = filter * size; i < (filter + 1) * size; i++) zeros += Number(weight[i] === 0);
    sum += zeros;
    min = Math.min(min, zeros / size);
    max = Math.max(max, zeros / size);
  }
  return { zeros: sum / weight.length, zerosPerKernel: { min, max } };
}

export interface RuleOptions {
  readonly zeros: number;
  readonly blockFilters?: number;
  readonly slicesOf?: SparsityRule['slicesOf'];
}

/** A rule by its name; a kernel is one slice unless a machine says otherwise. */
export function ruleNamed(
  kind: string,
  { zeros, blockFilters = 32, slicesOf = wholeKernel }: RuleOptions,
): SparsityRule {
  const pruner = pruners.find((p) => p.kind === kind);
  if (!pruner)
    return failUnknown(
      'sparsity rule',
      kind,
      pruners.map((p) => p.kind),
    );
  if (!(zeros >= 0 && zeros < 1))
    fail(`a share of zeros of ${zeros}: expected a number from 0 to less than 1`, { hint: 'try 0.5' });
  if (!Number.isSafeInteger(blockFilters) || blockFilters < 1)
    fail(`column blocks of ${blockFilters} filters: expected a whole number from 1 up`);
  return { kind: pruner.kind, zeros: kind === 'none' ? 0 : zeros, blockFilters, slicesOf };
}

const prunerOf = ({ kind }: SparsityRule): Pruner => pruners.find((pruner) => pruner.kind === kind)!;

function requireNumbers(weight: Weights, conv: ConvShape): void {
  if (weight.length !== weightCount(conv))
    throw new Error(`${weight.length} weights for a layer of ${weightCount(conv)}`);
  if (weight instanceof Float32Array && weight.some(Number.isNaN))
    fail('a weight is not a number (NaN)', { hint: 'the model was saved from a run that had diverged' });
}
