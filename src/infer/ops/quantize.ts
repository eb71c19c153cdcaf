/** QuantizeLinear and DequantizeLinear, per tensor, as ONNX has them; the integers stay in float32, which holds them exactly. */
import type { DequantizeLayer, QuantizeLayer } from '../../model/layer.ts';
import { roundHalfEven } from '../../tensor/requantise.ts';

export type Quantisation = Pick<QuantizeLayer, 'scale' | 'zeroPoint' | 'low' | 'high'>;

/** The division is in float32, as ONNX Runtime's is: what is a tie depends on it. */
export function quantize(x: Float32Array, { scale, zeroPoint, low, high }: Quantisation): Float32Array {
  const step = Math.fround(scale);
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const q = roundHalfEven(Math.fround(x[i]! / step)) + zeroPoint;
    out[i] = q < low ? low : q > high ? high : q;
  }
  return out;
}

export function dequantize(
  q: Float32Array,
  { scale, zeroPoint }: Pick<DequantizeLayer, 'scale' | 'zeroPoint'>,
): Float32Array {
  const step = Math.fround(scale);
  const out = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) out[i] = (q[i]! - zeroPoint) * step;
  return out;
}
