/** Each layer's zeros, and how many non-zeros its kernels have: dense, pruned anywhere at the same share, and in the end. */
import { type ConvLayer, isConv } from '../model/layer.ts';
import { convLayers, type Model } from '../model/model.ts';
import { prune } from '../prune/index.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import type { TrainedLayer } from '../train/training-report.ts';
import { type RuleOn, ruleAt } from './rule.ts';

/** How many kernels, i.e. one filter's taps for one input channel, have 0, 1, 2, … R * S non-zeros. */
export function kernelCounts(weight: ArrayLike<number>, { R, S }: Pick<ConvShape, 'R' | 'S'>): number[] {
  const counts = new Array<number>(R * S + 1).fill(0);
  for (let first = 0; first < weight.length; first += R * S) {
    let nonZeros = 0;
    for (let i = first; i < first + R * S; i++) nonZeros += Number(weight[i] !== 0);
    counts[nonZeros]!++;
  }
  return counts;
}

export function trainedLayers(before: Model, after: Model, on: RuleOn): TrainedLayer[] {
  const dense = new Map(convLayers(before).map((layer) => [layer.name, layer]));
  return after.layers.filter(isConv).flatMap((layer) => {
    const was = dense.get(layer.name)?.weight?.data;
    if (!layer.weight || was === undefined) return [];
    const { name, op, conv, weight } = layer;
    return {
      ...{ name, op, weights: weight.data.length, zeros: weight.data.length - countNonZeros(weight.data) },
      exempt: on.exempt(name) || ruleAt(on, name).zeros === 0,
      kernels: {
        before: kernelCounts(was, conv),
        unstructured: kernelCounts(anywhere(was, layer, ruleAt(on, name).zeros), conv),
        after: kernelCounts(weight.data, conv),
      },
    };
  });
}

/** A mask stands for the weights: only where the zeros are matters. */
const anywhere = (weight: Float32Array, { conv }: ConvLayer, zeros: number): Uint8Array =>
  prune(weight, conv, { kind: 'magnitude', zeros, blockFilters: 1, slicesOf: () => [] });
