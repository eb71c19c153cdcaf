/**
 * Weights as int8 sees them, in floats: symmetric, one scale a filter, as post-training quantisation chooses it
 * (quantize/weights.ts; training-flow/quantisation-aware.test.ts holds the two equal). The gradient passes straight
 * through to the weights behind (Jacob et al., CVPR 2018, section 3.1).
 */
import { isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import { roundHalfEven } from '../tensor/requantise.ts';
import type { Masks, Parameters } from './program.ts';

const LARGEST = 127;

/** The same parameters, weights of convolutions rounded; what a mask prunes decides no scale. */
export function fakeQuantised(model: Model, parameters: Parameters, masks?: Masks): Parameters {
  const rounded = new Map(parameters);
  for (const layer of model.layers) {
    const key = `${layer.name}/weight`;
    const weight = parameters.get(key);
    if (isConv(layer) && weight)
      rounded.set(key, roundFilters(weight, { K: layer.conv.K, mask: masks?.get(key) }));
  }
  return rounded;
}

function roundFilters(
  weight: Float32Array,
  { K, mask }: { readonly K: number; readonly mask: Uint8Array | undefined },
): Float32Array {
  const size = weight.length / K;
  const out = new Float32Array(weight.length);
  for (let first = 0; first < weight.length; first += size) {
    let largest = 0;
    for (let i = first; i < first + size; i++)
      largest = Math.max(largest, (mask ? mask[i]! : 1) * Math.abs(weight[i]!));
    const scale = Math.fround(largest / LARGEST) || 1;
    for (let i = first; i < first + size; i++)
      out[i] = Math.max(-LARGEST, Math.min(LARGEST, roundHalfEven(weight[i]! / scale))) * scale + 0; // no -0
  }
  return out;
}
