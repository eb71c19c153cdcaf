/** GlobalMaxPool: the greatest of each map. */
import { wholePool } from '../pool.ts';
import type { Operator } from '../step.ts';

export const globalMaxPool: Operator = (step) => wholePool(step, 'maxPool', step.computed(0));
