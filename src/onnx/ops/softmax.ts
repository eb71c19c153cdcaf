/** Softmax: along one axis since opset 13; before, over all of the axis and what follows it, as one. */
import { volume } from '../../tensor/shape.ts';
import { axisOf } from '../axes.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';

export const softmax: Operator = (step) => {
  const x = step.computed(0);
  const shape = step.shapeOf(x);
  const axis = axisOf(step.attributes.int('axis', step.opset < 13 ? 1 : -1), shape.length);
  if (step.opset >= 13 || shape.slice(axis + 1).every((d) => d === 1))
    return step.layer({ op: 'softmax', inputs: [x.name], axis });
  const flat = step.asComputed(
    reshaped(step, x, [volume(shape.slice(0, axis)), volume(shape.slice(axis))], 'flat'),
  );
  if (flat.name === x.name) return step.layer({ op: 'softmax', inputs: [x.name], axis: 1 });
  const even = step.layer({ op: 'softmax', inputs: [flat.name], axis: 1 }, 'softmax');
  return reshaped(step, even, shape);
};
