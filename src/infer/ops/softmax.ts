/** Softmax along one axis (ONNX 13): exp(x - max), so that nothing overflows, over its sum. */
import type { Shape } from '../../tensor/shape.ts';

export function softmax(x: Float32Array, shape: Shape, axis: number): Float32Array {
  const length = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += length * inner)
    for (let first = start; first < start + inner; first++) {
      const last = first + (length - 1) * inner;
      let max = Number.NEGATIVE_INFINITY;
      for (let i = first; i <= last; i += inner) max = Math.max(max, x[i]!);
      let sum = 0;
      for (let i = first; i <= last; i += inner) sum += Math.exp(x[i]! - max);
      for (let i = first; i <= last; i += inner) out[i] = Math.exp(x[i]! - max) / sum;
    }
  return out;
}
