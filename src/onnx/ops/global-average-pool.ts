/** GlobalAveragePool: the mean of each map. */
import { wholePool } from '../pool.ts';
import type { Operator } from '../step.ts';

export const globalAveragePool: Operator = (step) => wholePool(step, 'avgPool', step.computed(0));
