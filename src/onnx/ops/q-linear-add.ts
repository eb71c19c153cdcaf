/** ONNX Runtime's QLinearAdd: dequantise, add, quantise. */
import { sumOf } from '../affine.ts';
import { dequantized, quantized } from '../quantisation.ts';
import type { Operator } from '../step.ts';

/** com.microsoft: A, a_scale, a_zero_point, B, b_scale, b_zero_point, y_scale, y_zero_point */
export const qLinearAdd: Operator = (step) => {
  const a = dequantized(step, 0, { scale: 1, zeroPoint: 2 }, 'left');
  const b = dequantized(step, 3, { scale: 4, zeroPoint: 5 }, 'right');
  return quantized(step, sumOf(step, [a, b], 'sum'), { scale: 6, zeroPoint: 7 });
};
