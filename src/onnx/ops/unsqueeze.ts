/** Unsqueeze: insert dimensions of size 1; axes count in the result. */
import { fail } from '../../errors.ts';
import { axesOf } from '../axes.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';
import { axesGiven } from './squeeze.ts';

export const unsqueeze: Operator = (step) => {
  const x = step.needed(0);
  const rest = [...step.shapeOf(x)];
  const given = axesGiven(step) ?? fail('its axes are missing');
  const rank = rest.length + given.length;
  const axes = axesOf(given, rank);
  const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  return reshaped(step, x, shape);
};
