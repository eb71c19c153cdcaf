/** Shape: known here, since all shapes are; start and end since opset 15. */
import type { Operator } from '../step.ts';

export const shapeOperator: Operator = (step) => {
  const shape = step.shapeOf(step.needed(0));
  const end = step.attributes.int('end', shape.length);
  const part = shape.slice(step.attributes.int('start', 0), end);
  return step.fold('int64', [part.length], () => Float64Array.from(part));
};
