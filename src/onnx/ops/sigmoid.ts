/** Sigmoid: 1 / (1 + exp(-x)). */
import type { Operator } from '../step.ts';

export const sigmoid: Operator = (step) => step.layer({ op: 'sigmoid', inputs: [step.computed(0).name] });
