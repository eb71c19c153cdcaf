/**
 * A network in integers: every value has a scale and a byte type with zero point 0, every conv int8 weights
 * (symmetric, one scale a filter), an int32 bias and an integer requantisation.
 *
 *   real value = scale * byte          weight = weightScale[k] * int8
 *   acc[k] (int32) = sum x * w + bias[k]
 *   ofmap = clamp(roundHalfEven(acc * multiplier[k] / 2^shift[k]), low, high)
 *
 * multiplier / 2^shift stands for ifmapScale * weightScale[k] / ofmapScale.
 */
import type { Tensor } from '../tensor/tensor.ts';
import type { Model } from './model.ts';

export interface ValueFormat {
  readonly scale: number;
  readonly type: 'uint8' | 'int8';
}

export interface Requantisation {
  readonly multiplier: Int32Array; // [K], 0 to 2^31 - 1
  readonly shift: Uint8Array; // [K], 0 to 62
  readonly low: number; // inside the ofmap's byte type; ReLU and Clip narrow it
  readonly high: number;
}

export interface QuantizedConv {
  readonly weight: Tensor<Int8Array>; // [K, C/groups, R, S]
  readonly weightScale: Float32Array; // [K]
  readonly bias: Int32Array; // [K], in units of ifmapScale * weightScale[k]
  readonly requantisation: Requantisation;
  /**
   * For imported asymmetric weights w = weight - (zeroPoint - 128): added to the accumulator is
   * correction[k] * (sum of the ifmap window of the filter's group). Absent means symmetric.
   */
  readonly correction?: Int32Array; // [K]
}

export interface QuantizedModel {
  readonly schema: 'sense.quantized/1';
  /** Folded: no affine next to a conv, activations inside the conv's clamp. */
  readonly model: Model;
  readonly values: ReadonlyMap<string, ValueFormat>; // every model input and layer
  readonly convs: ReadonlyMap<string, QuantizedConv>; // by layer name
  readonly calibration: { readonly method: 'max' | 'percentile' | 'mse'; readonly images: number };
}
