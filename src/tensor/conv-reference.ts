/**
 * Convolution as the plain loop nest: the slow truth that every kernel, schedule, simulator and circuit is held to.
 *
 *   acc[k,p,q] = sum over c,r,s of weight[k,c,r,s] * ifmap[g + c, p*stride + r*dilation - pad, q*stride + s*dilation - pad]
 */
import { type ConvShape, checkConv, ofmapHeight, ofmapWidth, weightCount } from './conv.ts';
import type { ByteData, TensorData } from './tensor.ts';

/** Accumulators [K,P,Q] without bias; as int32, so they wrap where a sum leaves it. */
export function convReference(ifmap: ByteData, weight: Int8Array, conv: ConvShape): Int32Array {
  const acc = new Int32Array(ofmapSize(ifmap, weight, conv));
  forEachOfmap(conv, (at, products) => {
    let sum = 0;
    products((i, w) => {
      if (i >= 0) sum += ifmap[i]! * weight[w]!;
    });
    acc[at] = sum;
  });
  return acc;
}

/**
 * The same in float32: every product and every sum is rounded, starting from the bias, in the order of the weights.
 * Padding counts as zeros, so that a weight that is not a number shows wherever its filter goes.
 */
export function convReferenceF32(
  ifmap: Float32Array,
  weight: Float32Array,
  conv: ConvShape,
  bias?: Float32Array,
): Float32Array {
  const out = new Float32Array(ofmapSize(ifmap, weight, conv));
  const plane = ofmapHeight(conv) * ofmapWidth(conv);
  forEachOfmap(conv, (at, products) => {
    let sum = bias?.[Math.floor(at / plane)] ?? 0;
    products((i, w) => {
      sum = Math.fround(sum + Math.fround(weight[w]! * (i >= 0 ? ifmap[i]! : 0)));
    });
    out[at] = sum;
  });
  return out;
}

/** Multiplications that matter: pairs of a non-zero ifmap value and a non-zero weight that reach an ofmap. */
export function effectualMacs(ifmap: ByteData, weight: Int8Array, conv: ConvShape): number {
  ofmapSize(ifmap, weight, conv);
  let n = 0;
  forEachOfmap(conv, (_, products) => {
    products((i, w) => {
      if (i >= 0 && ifmap[i] !== 0 && weight[w] !== 0) n++;
    });
  });
  return n;
}

function ofmapSize(ifmap: TensorData, weight: TensorData, conv: ConvShape): number {
  const { C, H, W, K } = checkConv(conv);
  if (ifmap.length !== C * H * W)
    throw new Error(`ifmap of ${ifmap.length} values, expected [${C}, ${H}, ${W}]`);
  if (weight.length !== weightCount(conv))
    throw new Error(`${weight.length} weights, expected ${weightCount(conv)}`);
  return K * ofmapHeight(conv) * ofmapWidth(conv);
}

type Product = (ifmapIndex: number, weightIndex: number) => void;

/** Visits every ofmap value with a way to visit its products; ifmap index -1 is the padding. */
function forEachOfmap(conv: ConvShape, visit: (at: number, products: (each: Product) => void) => void): void {
  const { C, H, W, K, R, S, stride, pad, dilation, groups } = conv;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const [channels, filters] = [C / groups, K / groups];
  for (let k = 0, at = 0; k < K; k++) {
    const firstChannel = Math.floor(k / filters) * channels;
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++, at++)
        visit(at, (each) => {
          let w = k * channels * R * S;
          for (let c = 0; c < channels; c++)
            for (let r = 0; r < R; r++)
              for (let s = 0; s < S; s++, w++) {
                const y = p * stride[0] + r * dilation[0] - pad[0];
                const x = q * stride[1] + s * dilation[1] - pad[1];
                const inside = y >= 0 && y < H && x >= 0 && x < W;
                each(inside ? ((firstChannel + c) * H + y) * W + x : -1, w);
              }
        });
  }
}
