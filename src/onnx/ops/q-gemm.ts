/** ONNX Runtime's QGemm: dequantise, multiply, quantise, or stay real where no scale for the result is given. */
import { fail } from '../../errors.ts';
import { fullyConnected, transposed } from '../fully-connected.ts';
import { asParameter, dequantized, quantized, realBias } from '../quantisation.ts';
import type { Operator } from '../step.ts';

/** com.microsoft: A, a_scale, a_zero_point, B, b_scale, b_zero_point, C in int32, y_scale, y_zero_point; float without y_scale */
export const qGemm: Operator = (step) => {
  const { attributes } = step;
  if (attributes.int('transA', 0) !== 0 || attributes.float('alpha', 1) !== 1)
    fail('QGemm with transA or alpha cannot be read');
  const a = step.asComputed(dequantized(step, 0, { scale: 1, zeroPoint: 2 }, 'ifmap'));
  const turn = attributes.int('transB', 0) === 1;
  const b = asParameter(step, dequantized(step, 3, { scale: 4, zeroPoint: 5, axis: turn ? 0 : 1 }));
  const bias = step.value(6) && realBias(step, 6, { x: 1, weight: 4 });
  const operands = { x: a, weight: turn ? b : transposed(b), bias };
  if (!step.value(7)) return fullyConnected(step, operands);
  return quantized(step, fullyConnected(step, operands, 'fc'), { scale: 7, zeroPoint: 8 });
};
