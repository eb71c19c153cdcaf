/** MatMul with a constant matrix on the right: a fully connected layer without bias. */
import { fail } from '../../errors.ts';
import { product } from '../fully-connected.ts';
import { parameter } from '../parameter.ts';
import type { Operator } from '../step.ts';

export const matMul: Operator = (step) => {
  if (step.needed(0).kind !== 'computed')
    fail('the constant is on the left', { hint: 'only x times a constant can be run' });
  return product(step, step.computed(0), parameter(step, 1));
};
