/**
 * Weights as int8: symmetric with one scale a filter, or the codes a quantised model brought along.
 * A weight of exactly 0 becomes byte 0, so a pruned kernel stays pruned.
 */
import { fail } from '../errors.ts';
import type { ConvLayer, WeightCodes } from '../model/layer.ts';
import { roundHalfEven } from '../tensor/requantise.ts';

export interface Int8Weights {
  readonly weight: Int8Array;
  readonly scale: Float32Array; // [K]
  readonly correction?: Int32Array; // [K], see QuantizedConv
}

/** `bias` and `ifmapScale` matter where a filter's weights are so small that its int32 bias would overflow. */
export function int8Weights(layer: ConvLayer, ifmapScale: number): Int8Weights {
  const weight =
    layer.weight ??
    fail('the layer has no weights to quantise', {
      hint: 'only its topology is known: give it weights first',
    });
  if (layer.codes && saySame(layer.codes, weight.data)) return fromCodes(layer.codes);
  return symmetric(layer, weight.data, ifmapScale);
}

/** A bias this large still leaves half of int32 to the products. */
const LARGEST_BIAS = 2 ** 30;
/** Where a filter is nothing but its bias, it is kept to 22 bits. */
const LONE_BIAS = 2 ** 22;

function symmetric({ conv, bias }: ConvLayer, weight: Float32Array, ifmapScale: number): Int8Weights {
  const perFilter = weight.length / conv.K;
  const scale = new Float32Array(conv.K);
  const bytes = new Int8Array(weight.length);
  for (let k = 0; k < conv.K; k++) {
    let largest = 0;
    for (let i = k * perFilter; i < (k + 1) * perFilter; i++) {
      const magnitude = Math.abs(weight[i]!);
      if (!Number.isFinite(magnitude)) fail(`weight ${i - k * perFilter} of filter ${k} is ${weight[i]}`);
      if (magnitude > largest) largest = magnitude;
    }
    const offset = Math.abs(bias?.[k] ?? 0) / ifmapScale;
    if (!Number.isFinite(offset)) fail(`the bias of filter ${k} is ${bias?.[k]}`);
    const least = offset / (largest > 0 ? LARGEST_BIAS : LONE_BIAS);
    // A filter of zeros without bias computes 0 in any scale.
    scale[k] = Math.fround(Math.max(largest / 127, least)) || 1;
    for (let i = k * perFilter; i < (k + 1) * perFilter; i++)
      bytes[i] = Math.max(-127, Math.min(127, roundHalfEven(weight[i]! / scale[k]!)));
  }
  return { weight: bytes, scale };
}

/** Whether the codes still stand for these weights; a pruner that left them behind must not be undone. */
function saySame({ data: integers, scale, zeroPoint }: WeightCodes, weight: Float32Array): boolean {
  const perFilter = integers.length / scale.length;
  return weight.every((w, i) => {
    const k = Math.floor(i / perFilter);
    return Math.fround((integers[i]! - zeroPoint[k]!) * scale[k]!) === w;
  });
}

/** uint8 codes less 128 are int8; what is left of the zero point is made good by the correction. */
function fromCodes({ data: integers, scale, zeroPoint }: WeightCodes): Int8Weights {
  const offset = integers instanceof Uint8Array ? 128 : 0;
  const weight = Int8Array.from(integers, (code) => code - offset);
  const correction = zeroPoint.map((zero) => offset - zero);
  return correction.every((c) => c === 0) ? { weight, scale } : { weight, scale, correction };
}
