/** ReduceMean over rows, columns or both of a map: an average pool. */
import { fail } from '../../errors.ts';
import { axesOf } from '../axes.ts';
import { wholePool } from '../pool.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';
import { axesGiven } from './squeeze.ts';

export const reduceMean: Operator = (step) => {
  const x = step.computed(0);
  const shape = step.shapeOf(x);
  const given = axesGiven(step);
  if (!given?.length && step.attributes.int('noop_with_empty_axes', 0) === 1) return x;
  const axes = axesOf(given?.length ? given : shape.map((_, i) => i), shape.length);
  if (shape.length !== 4 || axes.some((axis) => axis < 2))
    fail(`it averages axes [${axes}] of [${shape}]: only the rows and columns of [N, C, H, W] can be`);
  const keep = step.attributes.int('keepdims', 1) === 1;
  const mean = wholePool(step, 'avgPool', x, {
    rows: axes.includes(2),
    columns: axes.includes(3),
    inner: keep ? undefined : 'mean',
  });
  if (keep) return mean;
  const kept = step.shapeOf(mean).filter((_, axis) => !axes.includes(axis));
  return reshaped(step, mean, kept);
};
