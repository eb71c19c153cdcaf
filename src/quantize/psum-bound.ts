/**
 * How large a partial sum can get, whatever the ifmap and whatever the order of addition.
 *
 * A partial sum adds some of the products x * w of one filter. With x in 0..255 it is largest when only the positive
 * weights have been added and smallest when only the negative ones have; with x in -128..127 no product exceeds
 * 128 |w|. Bias is not in it: the machine adds that after the array (machine: 24 to 28 bits in a PE).
 */
import type { ValueFormat } from '../model/quantized.ts';
import type { ConvShape } from '../tensor/conv.ts';

/** The largest |psum| over all filters. */
export function psumBound(weight: Int8Array, { K }: ConvShape, ifmapType: ValueFormat['type']): number {
  return psumBounds(weight, K, ifmapType).reduce((most, bound) => Math.max(most, bound), 0);
}

/** The largest |psum| of each filter. */
export function psumBounds(weight: Int8Array, K: number, ifmapType: ValueFormat['type']): Float64Array {
  const perFilter = weight.length / K;
  return Float64Array.from({ length: K }, (_, k) => {
    let [positive, negative] = [0, 0];
    for (let i = k * perFilter; i < (k + 1) * perFilter; i++) {
      const w = weight[i]!;
      if (w > 0) positive += w;
      else negative -= w;
    }
    return ifmapType === 'uint8' ? 255 * Math.max(positive, negative) : 128 * (positive + negative);
  });
}

/** Two's complement bits that hold every value from -bound to bound. */
export const bitsFor = (bound: number): number => Math.ceil(Math.log2(bound + 1)) + 1;
