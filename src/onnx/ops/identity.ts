/** Identity: the same value under another name. */
import type { Operator } from '../step.ts';

export const identity: Operator = (step) => step.needed(0);
