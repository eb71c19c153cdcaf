/** Div: by a constant, per tensor or per channel; between whole constants it truncates. */
import { fail } from '../../errors.ts';
import { withConstant } from '../affine.ts';
import { isFloat } from '../element.ts';
import { foldBinary } from '../folded.ts';
import type { Operator } from '../step.ts';

export const div: Operator = (step) => {
  const [a, b] = [step.needed(0), step.needed(1)];
  if (a.kind === 'known' && b.kind === 'known') {
    const whole = !isFloat(a.element);
    return foldBinary(step, [a, b], (x, y) => {
      if (whole && y === 0) fail('a whole number is divided by 0');
      return whole ? Math.trunc(x / y) : x / y;
    });
  }
  if (b.kind === 'computed')
    fail('it divides by a computed value', { hint: 'only division by constants is known' });
  const x = step.asComputed(a);
  return (
    withConstant(step, [x, b], { scale: (c) => 1 / c, shift: () => 0 }) ??
    fail(`it divides by a constant of shape [${step.shapeOf(b)}]: only per tensor or per channel`)
  );
};
