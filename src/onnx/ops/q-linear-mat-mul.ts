/** QLinearMatMul: dequantise, multiply, quantise; at most one code from the fused integer kernel. */
import { product } from '../fully-connected.ts';
import { asParameter, dequantized, quantized } from '../quantisation.ts';
import type { Operator } from '../step.ts';

/** a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point */
export const qLinearMatMul: Operator = (step) => {
  const a = step.asComputed(dequantized(step, 0, { scale: 1, zeroPoint: 2 }, 'ifmap'));
  const b = asParameter(step, dequantized(step, 3, { scale: 4, zeroPoint: 5, axis: 1 }));
  return quantized(step, product(step, a, b, undefined, 'fc'), { scale: 6, zeroPoint: 7 });
};
