/** Operators that only move values, on any element type: Concat, Transpose, Slice, Pad. */
import { type Shape, volume } from '../../tensor/shape.ts';
import type { Tensor, TensorData } from '../../tensor/tensor.ts';
import { sized } from './sized.ts';

/** Join along an axis; the parts agree in all other dimensions. */
export function concat<D extends TensorData>(parts: readonly Tensor<D>[], axis: number): D {
  const outer = volume(parts[0]!.shape.slice(0, axis));
  const runs = parts.map(({ data }) => data.length / outer);
  const out = sized(
    parts[0]!.data,
    parts.reduce((sum, { data }) => sum + data.length, 0),
  );
  let at = 0;
  for (let n = 0; n < outer; n++)
    parts.forEach(({ data }, i) => {
      const run = runs[i]!;
      out.set(data.subarray(n * run, (n + 1) * run), at);
      at += run;
    });
  return out;
}

/** Dimension i of the result is dimension perm[i] of x. */
export function transpose<D extends TensorData>({ shape, data }: Tensor<D>, perm: readonly number[]): D {
  const step = strides(shape);
  return gather(
    data,
    perm.map((axis) => shape[axis]!),
    { start: 0, steps: perm.map((axis) => step[axis]!) },
  );
}

export interface SliceOptions {
  readonly start: readonly number[];
  readonly step: readonly number[]; // may be negative
  readonly shape: Shape; // of the result
}

/** Element i along axis a comes from start[a] + i * step[a]. */
export function slice<D extends TensorData>(
  { shape: from, data }: Tensor<D>,
  { start, step, shape }: SliceOptions,
): D {
  const stride = strides(from);
  for (const [axis, size] of shape.entries()) {
    const ends = [start[axis]!, start[axis]! + (size - 1) * step[axis]!];
    if (size > 0 && ends.some((i) => !(i >= 0 && i < from[axis]!)))
      throw new Error(`a slice from ${ends[0]} to ${ends[1]} along axis ${axis} of [${from}]`);
  }
  return gather(data, shape, {
    start: start.reduce((sum, first, axis) => sum + first * stride[axis]!, 0),
    steps: step.map((n, axis) => n * stride[axis]!),
  });
}

export interface PadOptions {
  readonly before: readonly number[]; // negative crops
  readonly shape: Shape; // of the result
  readonly value: number;
}

/** x set into a larger tensor of `value`. */
export function pad<D extends TensorData>(
  { shape: from, data }: Tensor<D>,
  { before, shape, value }: PadOptions,
): D {
  const out = sized(data, volume(shape));
  out.fill(value);
  const [source, target] = [strides(from), strides(shape)];
  const copy = (axis: number, at: number, to: number): void => {
    const shift = before[axis]!;
    const [first, end] = [Math.max(0, -shift), Math.min(from[axis]!, shape[axis]! - shift)];
    if (end <= first) return;
    if (axis === shape.length - 1) out.set(data.subarray(at + first, at + end), to + first + shift);
    else
      for (let i = first; i < end; i++)
        copy(axis + 1, at + i * source[axis]!, to + (i + shift) * target[axis]!);
  };
  if (shape.length === 0) out.set(data);
  else copy(0, 0, 0);
  return out;
}

/** Row-major strides, in elements. */
const strides = (shape: Shape): number[] => shape.map((_, axis) => volume(shape.slice(axis + 1)));

/** The result's elements in order, each step[axis] apart in the source. */
function gather<D extends TensorData>(
  data: D,
  shape: Shape,
  { start, steps }: { start: number; steps: readonly number[] },
): D {
  const out = sized(data, volume(shape));
  const last = shape.length - 1;
  let o = 0;
  const walk = (axis: number, at: number): void => {
    if (axis < last) for (let i = 0; i < shape[axis]!; i++) walk(axis + 1, at + i * steps[axis]!);
    else for (let i = 0, from = at; i < shape[last]!; i++, from += steps[last]!) out[o++] = data[from]!;
  };
  if (last < 0) out.set(data);
  else walk(0, start);
  return out;
}
