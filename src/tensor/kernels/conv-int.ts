/** Convolution of bytes with int8 weights into int32 accumulators: equal, bit for bit, to convReference. */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../conv.ts';
import type { ByteData } from '../tensor.ts';
import { type Arithmetic, convBlocked } from './blocked.ts';
import { checkOperands } from './conv-f32.ts';
import { convDirect, type DirectArithmetic, fewFilters } from './direct.ts';
import { isMatrixVector, matrixVectorInt } from './matrix-vector.ts';

/** Bytes of either sign fit int16, whose products sum in pairs without overflow: 2 * 255 * 128 < 2^31. */
export const integers: Arithmetic<Int16Array, Int32Array> = {
  operand: Int16Array,
  result: Int32Array,
  depthStep: 2,
  pack: (kernels, from, depth, panels) =>
    kernels.packI16(from.ifmap, from.taps, from.columns, from.panels, depth / 2, panels),
  gemm: (kernels, from, { rows, cols, depth, stride }) =>
    kernels.gemmI16(from.weights, from.panels, from.out, from.spill, rows, cols, depth / 2, stride),
};

const directIntegers: DirectArithmetic<Int32Array> = {
  word: Int32Array,
  plane: (kernels, args) => kernels.directI32(...args),
};

/** Accumulators [K,P,Q] without bias. */
export function convInt(ifmap: ByteData, weight: Int8Array, conv: ConvShape): Int32Array {
  checkOperands(ifmap, weight, conv);
  if (isMatrixVector(conv)) return matrixVectorInt(ifmap, weight, conv.K);
  const out = new Int32Array(conv.K * ofmapHeight(conv) * ofmapWidth(conv));
  if (fewFilters(conv)) convDirect({ ifmap, weight, out }, conv, directIntegers);
  else convBlocked({ ifmap, weight, out }, conv, { arithmetic: integers });
  return out;
}
