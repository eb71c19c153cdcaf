/** Flatten: two dimensions, those before the axis and those from it on. */
import { fail } from '../../errors.ts';
import { volume } from '../../tensor/shape.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';

export const flatten: Operator = (step) => {
  const x = step.needed(0);
  const shape = step.shapeOf(x);
  const given = step.attributes.int('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  if (axis < 0 || axis > shape.length) fail(`cannot flatten [${shape}] at axis ${given}`);
  return reshaped(step, x, [volume(shape.slice(0, axis)), volume(shape.slice(axis))]);
};
