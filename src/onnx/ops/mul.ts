/** Mul: by a constant, per tensor or per channel. */
import { fail } from '../../errors.ts';
import { withConstant } from '../affine.ts';
import { foldBinary } from '../folded.ts';
import type { Operator } from '../step.ts';

export const mul: Operator = (step) => {
  const [a, b] = [step.needed(0), step.needed(1)];
  if (a.kind === 'known' && b.kind === 'known') return foldBinary(step, [a, b], (x, y) => x * y);
  const [x, constant] = a.kind === 'computed' ? [a, b] : [step.asComputed(b), a];
  if (constant.kind === 'computed')
    fail('it multiplies two computed values', { hint: 'gates and attention cannot be run yet' });
  return (
    withConstant(step, [x, constant], { scale: (c) => c, shift: () => 0 }) ??
    fail(`it multiplies by a constant of shape [${step.shapeOf(constant)}]: only per tensor or per channel`)
  );
};
