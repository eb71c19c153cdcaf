/** Split: one slice an output. Sizes are an attribute before opset 13, an input from there on, equal if neither. */
import { fail } from '../../errors.ts';
import { axisOf } from '../axes.ts';
import type { Operator } from '../step.ts';
import { sliced } from './slice.ts';

export const split: Operator = (step) => {
  const x = step.needed(0);
  const from = step.shapeOf(x);
  const axis = axisOf(step.attributes.int('axis', 0), from.length);
  const size = from[axis]!;
  const parts = step.outputs.length;
  const given = step.value(1) ? step.wholes(1) : step.attributes.ints('split');
  // Unequal division leaves the last part smaller (num_outputs, opset 18).
  const each = Math.ceil(size / parts);
  const sizes = given ?? step.outputs.map((_, i) => Math.min(each, size - i * each));
  if (sizes.length !== parts || sizes.some((n) => n < 1) || sizes.reduce((sum, n) => sum + n, 0) !== size)
    fail(`it splits ${size} entries of axis ${axis} into [${sizes}] for ${parts} outputs`);
  let start = 0;
  return sizes.map((count, i) => {
    const ranges = from.map((d, a) =>
      a === axis ? { start, step: 1, count } : { start: 0, step: 1, count: d },
    );
    start += count;
    return sliced(step, x, ranges, i === 0 ? undefined : `${i}`);
  });
};
