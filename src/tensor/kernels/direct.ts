/** Depthwise convolution and its kin, with too few filters a group to fill a GEMM: plane by plane, without im2col. */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../conv.ts';
import type { TensorData } from '../tensor.ts';
import { type Kernels, layOut, sharedKernels } from './module.ts';

/** Fewer filters than a strip of the GEMM has rows. */
export const fewFilters = ({ K, groups }: ConvShape): boolean => groups > 1 && K / groups < 4;

type Word = Float32Array | Int32Array;

/** What differs between float32 and integers. */
export interface DirectArithmetic<W extends Word> {
  readonly word: new (buffer: ArrayBuffer, at: number, length: number) => W;
  /** Adds to an ofmap plane what one channel's taps give. */
  readonly plane: (kernels: Kernels, args: readonly number[]) => void;
}

/** out[K,P,Q] = bias + weight * ifmap; the channels of a filter are added in order. */
export function convDirect<W extends Word>(
  {
    ifmap,
    weight,
    bias,
    out,
  }: { ifmap: TensorData; weight: TensorData; bias?: Float32Array | undefined; out: W },
  conv: ConvShape,
  { word: Word, plane }: DirectArithmetic<W>,
): void {
  const { C, H, W, K, R, S, stride, pad, dilation, groups } = conv;
  const [P, Q, channels, filters] = [ofmapHeight(conv), ofmapWidth(conv), C / groups, K / groups];
  const width = pad[1] + W + pad[3];
  const height = pad[0] + H + pad[2];
  const { at, bytes } = layOut({ ifmap: width * height * 4, taps: R * S * 4, out: P * Q * 4 });
  const kernels = sharedKernels(bytes);
  const { buffer } = kernels.memory;
  const padded = new Word(buffer, at.ifmap, width * height);
  const taps = new Word(buffer, at.taps, R * S);
  const ofmap = new Word(buffer, at.out, P * Q);
  padded.fill(0);
  for (let k = 0; k < K; k++) {
    ofmap.fill(bias?.[k] ?? 0);
    const first = Math.floor(k / filters) * channels;
    for (let c = 0; c < channels; c++) {
      // Filters of a group that has one channel find it in place.
      if (channels > 1 || k % filters === 0)
        for (let y = 0; y < H; y++) {
          const from = ((first + c) * H + y) * W;
          const to = (pad[0] + y) * width + pad[1];
          for (let x = 0; x < W; x++) padded[to + x] = ifmap[from + x]!;
        }
      const w = (k * channels + c) * R * S;
      for (let t = 0; t < R * S; t++) taps[t] = weight[w + t]!;
      plane(kernels, [at.ifmap, at.taps, at.out, P, Q, R, S, width, ...stride, ...dilation]);
    }
    out.set(ofmap, k * P * Q);
  }
}
