/** Add: of two computed values, or of one and a constant (a shift). */
import { sumOf, withConstant } from '../affine.ts';
import { foldBinary } from '../folded.ts';
import type { Operator } from '../step.ts';

export const add: Operator = (step) => {
  const [a, b] = [step.needed(0), step.needed(1)];
  if (a.kind === 'known' && b.kind === 'known') return foldBinary(step, [a, b], (x, y) => x + y);
  if (a.kind === 'computed' && b.kind === 'computed') return sumOf(step, [a, b]);
  const [x, constant] = a.kind === 'computed' ? [a, b] : [step.asComputed(b), a];
  if (constant.kind === 'computed') return sumOf(step, [x, constant]);
  return withConstant(step, [x, constant], { scale: () => 1, shift: (c) => c }) ?? sumOf(step, [x, constant]);
};
