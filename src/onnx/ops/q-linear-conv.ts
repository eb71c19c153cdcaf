/** QLinearConv: dequantise, convolve, quantise; at most one code from the fused integer kernel. */
import { convolution } from '../convolution.ts';
import { asParameter, dequantized, quantized, realBias } from '../quantisation.ts';
import type { Operator } from '../step.ts';

/** x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, bias in int32 */
export const qLinearConv: Operator = (step) => {
  const x = step.asComputed(dequantized(step, 0, { scale: 1, zeroPoint: 2 }, 'ifmap'));
  const weight = asParameter(step, dequantized(step, 3, { scale: 4, zeroPoint: 5, axis: 0 }));
  const bias = step.value(8) && realBias(step, 8, { x: 1, weight: 4 });
  return quantized(step, convolution(step, { x, weight, bias }, 'conv'), { scale: 6, zeroPoint: 7 });
};
