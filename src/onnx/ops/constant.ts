/** Constant: a tensor or, since opset 12, plain numbers in an attribute. */
import { fail } from '../../errors.ts';
import type { Operator } from '../step.ts';

export const constant: Operator = (step) => {
  const { attributes: a } = step;
  const tensor = a.tensor('value');
  if (tensor) return step.constant(tensor);
  const floats = a.has('value_float') ? [a.float('value_float', 0)] : a.floats('value_floats');
  if (floats)
    return step.fold('float', a.has('value_float') ? [] : [floats.length], () => Float32Array.from(floats));
  const ints = a.has('value_int') ? [a.int('value_int', 0)] : a.ints('value_ints');
  if (ints) return step.fold('int64', a.has('value_int') ? [] : [ints.length], () => Float64Array.from(ints));
  return fail('it holds no tensor and no numbers', { hint: 'sparse and string constants are not read' });
};
