/** Round: halves to even, which is quantisation in steps of 1 without a range. */
import type { Operator } from '../step.ts';

export const round: Operator = (step) =>
  step.layer({
    op: 'quantize',
    inputs: [step.computed(0).name],
    scale: 1,
    zeroPoint: 0,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
  });
