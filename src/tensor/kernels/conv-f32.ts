/** Convolution in float32: equal, bit for bit, to convReferenceF32. */
import { type ConvShape, checkConv, ofmapHeight, ofmapWidth, weightCount } from '../conv.ts';
import { type Arithmetic, convBlocked } from './blocked.ts';
import { convDirect, type DirectArithmetic, fewFilters } from './direct.ts';
import { isMatrixVector, matrixVectorF32 } from './matrix-vector.ts';

export const float32: Arithmetic<Float32Array, Float32Array> = {
  operand: Float32Array,
  result: Float32Array,
  depthStep: 1,
  pack: (kernels, from, depth, panels) =>
    kernels.packF32(from.ifmap, from.taps, from.columns, from.panels, depth, panels),
  gemm: (kernels, from, { rows, cols, depth, stride }) =>
    kernels.gemmF32(from.weights, from.panels, from.bias, from.out, from.spill, rows, cols, depth, stride),
};

const directFloat32: DirectArithmetic<Float32Array> = {
  word: Float32Array,
  plane: (kernels, args) => kernels.directF32(...args),
};

/** ifmap [C,H,W] * weight [K,C/groups,R,S] + bias [K] -> [K,P,Q]. */
export function convF32(
  ifmap: Float32Array,
  weight: Float32Array,
  conv: ConvShape,
  bias?: Float32Array,
): Float32Array {
  checkOperands(ifmap, weight, conv);
  if (bias && bias.length !== conv.K) throw new Error(`${bias.length} biases for ${conv.K} filters`);
  if (isMatrixVector(conv)) return matrixVectorF32(ifmap, weight, { K: conv.K, bias });
  const out = new Float32Array(conv.K * ofmapHeight(conv) * ofmapWidth(conv));
  if (fewFilters(conv)) convDirect({ ifmap, weight, bias, out }, conv, directFloat32);
  else convBlocked({ ifmap, weight, bias, out }, conv, { arithmetic: float32 });
  return out;
}

/** Sizes that do not fit the loop bounds are a bug of the caller. */
export function checkOperands(ifmap: ArrayLike<number>, weight: ArrayLike<number>, conv: ConvShape): void {
  const { C, H, W } = checkConv(conv);
  if (ifmap.length !== C * H * W || weight.length !== weightCount(conv))
    throw new Error(
      `ifmap of ${ifmap.length} values and ${weight.length} weights for a convolution of ` +
        `${C * H * W} values and ${weightCount(conv)} weights`,
    );
}
