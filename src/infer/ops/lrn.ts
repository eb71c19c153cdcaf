/**
 * Local response normalisation across channels (Krizhevsky et al., NIPS 2012, section 3.3), as ONNX LRN has it:
 *   y[c] = x[c] / (bias + alpha / size * sum of x[j]^2)^beta,   j from c - floor((size-1)/2) to c + ceil((size-1)/2)
 */
import type { Shape } from '../../tensor/shape.ts';

export interface LrnOptions {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

export function lrn(x: Float32Array, shape: Shape, { size, alpha, beta, bias }: LrnOptions): Float32Array {
  const [images = 1, channels = 1] = shape;
  const plane = shape.slice(2).reduce((n, d) => n * d, 1);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const out = new Float32Array(x.length);
  const squares = new Float64Array(plane);
  for (let n = 0; n < images; n++)
    for (let c = 0; c < channels; c++) {
      const start = (n * channels + c) * plane;
      squares.fill(0);
      for (let j = Math.max(0, c - before); j <= Math.min(channels - 1, c + after); j++) {
        const from = (n * channels + j) * plane;
        for (let i = 0; i < plane; i++) squares[i] = squares[i]! + x[from + i]! * x[from + i]!;
      }
      for (let i = 0; i < plane; i++)
        out[start + i] = x[start + i]! * (bias + (alpha / size) * squares[i]!) ** -beta;
    }
  return out;
}
