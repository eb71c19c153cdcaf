/**
 * One conv or FC layer in integers, around whatever multiplies and adds:
 *
 *   acc[k]  = sum x * w                              the array, or `convolve`
 *           + correction[k] * sum x over the window  only for imported asymmetric weights
 *   ofmap   = clamp(roundHalfEven((acc + bias) * multiplier / 2^shift), low, high)
 */
import type { ConvLayer } from '../../model/layer.ts';
import type { QuantizedConv, ValueFormat } from '../../model/quantized.ts';
import { convInt } from '../../tensor/kernels/conv-int.ts';
import { requantiseInto } from '../../tensor/requantise.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import { newBytes } from './bytes.ts';

/** The products of one layer summed up: [K, P, Q], without bias. */
export type Convolve = (layer: ConvLayer, quantized: QuantizedConv, ifmap: ByteData) => Int32Array;

export const fastConvolve: Convolve = ({ conv }, { weight }, ifmap) => convInt(ifmap, weight.data, conv);

/** `convolve` with the correction added where the layer has one: what requantisation starts from, but for the bias. */
export const accumulate =
  (convolve: Convolve): Convolve =>
  (layer, quantized, ifmap) => {
    const acc = convolve(layer, quantized, ifmap);
    const { correction } = quantized;
    if (!correction) return acc;
    const { K, C, R, S, groups } = layer.conv;
    // The window sums of a group: a convolution with a filter of ones.
    const ones = new Int8Array(C * R * S).fill(1);
    const windows = convInt(ifmap, ones, { ...layer.conv, K: groups });
    const plane = acc.length / K;
    return acc.map((sum, i) => {
      const k = Math.floor(i / plane);
      const group = Math.floor((k * groups) / K);
      return sum + correction[k]! * windows[group * plane + (i % plane)]!;
    });
  };

export function requantised(
  acc: Int32Array,
  { bias, requantisation }: QuantizedConv,
  type: ValueFormat['type'],
): ByteData {
  return requantiseInto(newBytes(type, acc.length), acc, { bias, ...requantisation });
}
