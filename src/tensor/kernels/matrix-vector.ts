/** Fully connected layers: every weight is used once, so there is no im2col, and weights pass through in chunks. */
import type { ConvShape } from '../conv.ts';
import type { ByteData } from '../tensor.ts';
import { layOut, sharedKernels } from './module.ts';

/** A fully connected layer, or a filter as large as the ifmap: each filter is one dot product with all of it. */
export const isMatrixVector = ({ H, W, R, S, pad, dilation, groups }: ConvShape): boolean =>
  groups === 1 &&
  R === H &&
  S === W &&
  pad.every((n) => n === 0) &&
  (dilation[0] === 1 || R === 1) &&
  (dilation[1] === 1 || S === 1);

/** Bytes of weights copied in at a time: they stay in the L2 cache. */
const CHUNK = 2 ** 19;

const chunkRows = (K: number, rowBytes: number): number =>
  Math.min(Math.ceil(K / 8) * 8, Math.max(8, Math.floor(CHUNK / rowBytes / 8) * 8));

/** bias [K] + weight [K, C] * x [C], the products in the order of C. */
export function matrixVectorF32(
  x: Float32Array,
  weight: Float32Array,
  { K, bias }: { K: number; bias: Float32Array | undefined },
): Float32Array {
  const depth = x.length;
  const rows = chunkRows(K, depth * 4);
  const { at, bytes } = layOut({ x: depth * 4, weights: rows * depth * 4, out: rows * 4 });
  const kernels = sharedKernels(bytes);
  const { buffer } = kernels.memory;
  new Float32Array(buffer, at.x, depth).set(x);
  const weights = new Float32Array(buffer, at.weights, rows * depth);
  const sums = new Float32Array(buffer, at.out, rows);
  const out = new Float32Array(K);
  if (bias) out.set(bias);
  for (let k = 0; k < K; k += rows) {
    const count = Math.min(rows, K - k);
    weights.set(weight.subarray(k * depth, (k + count) * depth));
    sums.set(out.subarray(k, k + count));
    // Rows after the last one hold what was there before; their sums are not read.
    kernels.rowDotsF32(at.weights, at.x, at.out, Math.ceil(count / 8) * 8, depth);
    out.set(sums.subarray(0, count), k);
  }
  return out;
}

/** Accumulators [K] of int8 weights [K, C] and bytes [C]. */
export function matrixVectorInt(x: ByteData, weight: Int8Array, K: number): Int32Array {
  const depth = x.length;
  const rows = chunkRows(K, depth);
  const { at, bytes } = layOut({ x: depth * 2, weights: rows * depth, out: rows * 4 });
  const kernels = sharedKernels(bytes);
  const { buffer } = kernels.memory;
  new Int16Array(buffer, at.x, depth).set(x);
  const weights = new Int8Array(buffer, at.weights, rows * depth);
  const sums = new Int32Array(buffer, at.out, rows);
  const out = new Int32Array(K);
  for (let k = 0; k < K; k += rows) {
    const count = Math.min(rows, K - k);
    weights.set(weight.subarray(k * depth, (k + count) * depth));
    kernels.rowDotsI8(at.weights, at.x, at.out, count, depth);
    out.set(sums.subarray(0, count), k);
  }
  return out;
}
