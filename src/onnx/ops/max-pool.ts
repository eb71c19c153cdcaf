/** MaxPool: the greatest under a window. */
import { fail } from '../../errors.ts';
import { pool } from '../pool.ts';
import type { Operator } from '../step.ts';

export const maxPool: Operator = (step) => {
  if (step.uses(1)) fail('its Indices are read', { hint: 'unpooling cannot be run' });
  return pool(step, 'maxPool');
};
