/** Sub: a shift, or a negation and a sum. */
import { negated, sumOf, withConstant } from '../affine.ts';
import { foldBinary } from '../folded.ts';
import type { Operator } from '../step.ts';

export const sub: Operator = (step) => {
  const [a, b] = [step.needed(0), step.needed(1)];
  if (a.kind === 'known' && b.kind === 'known') return foldBinary(step, [a, b], (x, y) => x - y);
  if (a.kind === 'computed' && b.kind !== 'computed') {
    const shifted = withConstant(step, [a, b], { scale: () => 1, shift: (c) => -c });
    if (shifted) return shifted;
    return sumOf(step, [a, foldBinary(step, [step.known(1), step.known(1)], (x) => -x)]);
  }
  const y = step.asComputed(b);
  if (a.kind !== 'computed') {
    const shifted = withConstant(step, [y, a], { scale: () => -1, shift: (c) => c });
    if (shifted) return shifted;
  }
  return sumOf(step, [a, negated(step, y, 'negated')]);
};
