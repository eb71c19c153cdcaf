/** Sum: of any number of values of one shape, two at a time from the left. */
import { sumOf } from '../affine.ts';
import type { Operator } from '../step.ts';

export const sum: Operator = (step) => {
  const last = step.inputCount - 1;
  let total = step.needed(0);
  for (let i = 1; i <= last; i++) total = sumOf(step, [total, step.needed(i)], i < last ? `${i}` : undefined);
  return total;
};
