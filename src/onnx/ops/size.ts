/** Size: how many elements. */
import { volume } from '../../tensor/shape.ts';
import type { Operator } from '../step.ts';

export const size: Operator = (step) => {
  const count = volume(step.shapeOf(step.needed(0)));
  return step.fold('int64', [], () => Float64Array.of(count));
};
