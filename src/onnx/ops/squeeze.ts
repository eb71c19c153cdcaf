/** Squeeze: drop dimensions of size 1; the axes are an attribute before opset 13, an input from there on. */
import { fail } from '../../errors.ts';
import { axesOf } from '../axes.ts';
import type { Operator, Step } from '../step.ts';
import { reshaped } from './reshape.ts';

export const squeeze: Operator = (step) => {
  const x = step.needed(0);
  const shape = step.shapeOf(x);
  const given = axesGiven(step);
  const axes = given ? axesOf(given, shape.length) : implied(step, shape);
  for (const axis of axes)
    if (shape[axis] !== 1) fail(`cannot squeeze axis ${axis} of [${shape}]: it is not 1`);
  return reshaped(
    step,
    x,
    shape.filter((_, axis) => !axes.includes(axis)),
  );
};

/** Without axes every 1 goes, but not the batch, which is 1 here and need not be so in the file. */
function implied({ fileBatch }: Step, shape: readonly number[]): readonly number[] {
  const first = fileBatch === 1 ? 0 : 1;
  return shape.flatMap((d, axis) => (d === 1 && axis >= first ? [axis] : []));
}

export const axesGiven = (step: Step): readonly number[] | undefined =>
  step.value(1) ? step.wholes(1) : step.attributes.ints('axes');
