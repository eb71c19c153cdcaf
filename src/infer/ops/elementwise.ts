/** Operators that see one value at a time: Relu, Clip, LeakyRelu, Sigmoid, Add, and batch norm's scale and shift. */
import type { Clamp } from '../../model/layer.ts';

const { fround } = Math;

/** Comparisons, so that NaN stays NaN. */
export function clamp(x: Float32Array, { low, high }: Clamp): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    out[i] = value < low ? low : value > high ? high : value;
  }
  return out;
}

export function leakyRelu(x: Float32Array, alpha: number): Float32Array {
  const slope = fround(alpha);
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! < 0 ? x[i]! * slope : x[i]!;
  return out;
}

export function sigmoid(x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]!));
  return out;
}

export function add(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i]! + b[i]!;
  return out;
}

/** x[n,c,...] * scale[c] + shift[c], or with one scale and shift for all. */
export function affine(
  x: Float32Array,
  shape: readonly number[],
  { scale, shift }: { scale: Float32Array; shift: Float32Array },
): Float32Array {
  const out = new Float32Array(x.length);
  const channels = scale.length;
  const plane = channels === 1 ? x.length : shape.slice(2).reduce((n, d) => n * d, 1);
  for (let i = 0, c = 0; i < x.length; c = (c + 1) % channels) {
    const [factor, offset] = [scale[c]!, shift[c]!];
    for (const end = i + plane; i < end; i++) out[i] = fround(x[i]! * factor) + offset;
  }
  return out;
}
