/** Work for a machine when nothing was measured: seeded values at given densities, layer by layer, made when asked for. */
import { type ConvLayer, isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import { syntheticIfmap, syntheticWeight } from '../model/synthetic.ts';
import type { LayerWork } from '../model/work.ts';
import { applyRule } from '../prune/index.ts';
import { int8Weights } from '../quantize/weights.ts';
import type { Random } from '../tensor/random.ts';
import type { ByteData, Tensor } from '../tensor/tensor.ts';
import { nextConv, ofmapShapeOf, pooledBy, writtenBack } from './written-back.ts';

export interface SyntheticOptions {
  /** Share of non-zeros in the ifmap of a layer. */
  readonly ifmapDensity: (layer: ConvLayer) => number;
  /** Where it is published apart from what the next layer reads. */
  readonly ofmapDensity: (layer: ConvLayer) => number | undefined;
  readonly rule: SparsityRule;
  readonly batch: number;
  readonly random: Random;
}

/** `model` is folded; real weights are kept (already pruned), absent ones drawn and pruned by the rule. */
export function* syntheticWorks(
  model: Model,
  options: SyntheticOptions,
  wanted: (layer: ConvLayer) => boolean,
): Generator<LayerWork> {
  const { batch, random } = options;
  const written = writtenBack(model);
  const next = nextConv(model);
  for (const layer of model.layers) {
    if (!isConv(layer) || !wanted(layer)) continue;
    const back = written.get(layer.name)!;
    const [K, P, Q] = ofmapShapeOf(back);
    const reader = next(back.name);
    const after = options.ofmapDensity(layer) ?? (reader ? options.ifmapDensity(reader) : 1);
    const images = Array.from({ length: batch }, (_, n) => random.stream(`${layer.name}/${n}`));
    yield {
      name: layer.name,
      op: layer.op,
      conv: layer.conv,
      weight: weightOf(layer, options),
      ifmaps: images.map((image) =>
        syntheticIfmap(layer.conv, { density: options.ifmapDensity(layer), random: image.stream('ifmap') }),
      ),
      ofmaps: images.map(
        (image): ByteData =>
          syntheticIfmap({ C: K, H: P, W: Q }, { density: after, random: image.stream('ofmap') }),
      ),
      ofmapShape: [K, P, Q],
      pooled: pooledBy(back),
    };
  }
}

function weightOf(layer: ConvLayer, { rule, random }: SyntheticOptions): Tensor<Int8Array> {
  const { K, C, R, S, groups } = layer.conv;
  const shape = [K, C / groups, R, S];
  if (layer.weight) return { shape, data: int8Weights(layer, 1).weight };
  const data = syntheticWeight(layer.conv, random.stream(`${layer.name}/weight`));
  applyRule(data, layer.conv, rule);
  return { shape, data };
}
