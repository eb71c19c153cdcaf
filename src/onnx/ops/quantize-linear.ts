/** QuantizeLinear: per tensor for computed values, to whatever integer type the zero point has. */
import { quantized } from '../quantisation.ts';
import type { Operator } from '../step.ts';

export const quantizeLinear: Operator = (step) =>
  quantized(step, step.computed(0), { scale: 1, zeroPoint: 2 });
