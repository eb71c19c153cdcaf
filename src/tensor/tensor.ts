/** A tensor: a shape and a flat typed array, row-major, last dimension fastest. */
import { fail } from '../errors.ts';
import { countNonZeroBytes } from './bytes.ts';
import { type Shape, volume } from './shape.ts';

/** Float64Array carries ONNX's int64 (exact to 2^53). */
export type TensorData = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

export interface Tensor<D extends TensorData = Float32Array> {
  readonly shape: Shape;
  readonly data: D;
}

/** What a machine moves: uint8 after a ReLU, int8 otherwise; the zero point is always 0. */
export type ByteData = Uint8Array | Int8Array;

/** Pair a shape with its data, which must have exactly that many elements. */
export function tensor<D extends TensorData>(shape: Shape, data: D): Tensor<D> {
  if (volume(shape) !== data.length)
    fail(`a tensor of shape [${shape}] needs ${volume(shape)} elements, got ${data.length}`);
  return { shape, data };
}

/** How many elements are not zero. */
export function countNonZeros(data: TensorData): number {
  if (data instanceof Int8Array || data instanceof Uint8Array) return countNonZeroBytes(data);
  let n = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) n++;
  return n;
}
