/** AveragePool: the mean under a window, padding counted or not. */
import { pool } from '../pool.ts';
import type { Operator } from '../step.ts';

export const averagePool: Operator = (step) => pool(step, 'avgPool');
