/** Relu: max(x, 0). */
import type { Operator } from '../step.ts';

export const relu: Operator = (step) =>
  step.layer({
    op: 'clamp',
    inputs: [step.computed(0).name],
    clamp: { low: 0, high: Number.POSITIVE_INFINITY },
  });
