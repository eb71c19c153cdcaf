/** Every conv and FC layer's weights made to obey one rule, in one shot. */
import { type ConvLayer, isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import { arrange } from '../prune/arrange.ts';
import { obeys, prune } from '../prune/index.ts';

export interface PrunedModel {
  readonly model: Model;
  /** The least and the largest share of zeros of any kernel of any layer. */
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
}

/**
 * Weights of zero where the rule prunes; layers without weights stay as they are. Masks of 1 change nothing. Column blocks
 * are of filters grouped by likeness, which may so change their order: the network computes the same.
 */
export function pruneModel(model: Model, rule: SparsityRule): PrunedModel {
  let [min, max] = [1, 0];
  const layers = arrange(model, () => rule).layers.map((layer) => {
    if (!isConv(layer) || !layer.weight) return layer;
    const pruned = rule.kind === 'none' ? layer : pruneLayer(layer, rule);
    const { zerosPerKernel } = obeys(pruned.weight!.data, layer.conv, rule);
    [min, max] = [Math.min(min, zerosPerKernel.min), Math.max(max, zerosPerKernel.max)];
    return pruned;
  });
  return { model: { ...model, layers }, zerosPerKernel: min <= max ? { min, max } : { min: 0, max: 0 } };
}

/** Integer codes the weights came with stand for the unpruned ones, so they go: the layer is quantised anew. */
function pruneLayer(layer: ConvLayer, rule: SparsityRule): ConvLayer {
  const { weight, codes: _, ...rest } = layer;
  const mask = prune(weight!.data, layer.conv, rule);
  return { ...rest, weight: { shape: weight!.shape, data: weight!.data.map((w, i) => (mask[i] ? w : 0)) } };
}
