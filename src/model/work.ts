/**
 * What a machine is asked to do: one conv or FC layer with where its non-zeros are.
 * Values, not densities: a synthetic workload carries synthetic values, so every machine counts the same way.
 */

import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData, Tensor } from '../tensor/tensor.ts';

export interface LayerWork {
  readonly name: string;
  readonly op: 'conv' | 'fc';
  readonly conv: ConvShape;
  readonly weight: Tensor<Int8Array>; // [K, C/groups, R, S]; zeros are pruned
  readonly ifmaps: readonly ByteData[]; // one [C, H, W] an image of the batch
  /** What is written back, after ReLU and a pool fused behind the layer; one [K, P', Q'] an image. */
  readonly ofmaps: readonly ByteData[];
  readonly ofmapShape: readonly [K: number, P: number, Q: number];
  /** Values in a window of that pool, kernel x kernel; absent where nothing is pooled. */
  readonly pooled?: number | undefined;
  /** Of the ifmap's channels, where a machine does not sort them itself: fixed beforehand. */
  readonly order?: ChannelOrder | undefined;
}

/** One order of a layer's channels, for every tile and filter. */
export interface ChannelOrder {
  /** place -> channel */
  readonly channels: Int32Array;
  /** Virtual channels come slice after slice, each in this order; or channel after channel, with all its slices. */
  readonly by: 'slice' | 'channel';
}
