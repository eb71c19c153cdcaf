/** A network's work where nothing was measured: synthetic values at published, assumed or given densities. */
import { type ConvLayer, isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import { seeded } from '../tensor/random.ts';
import { chooseActivations, layerFilter, type PublishedDensities } from './densities.ts';
import { syntheticWorks } from './synthetic-works.ts';

export interface Assumptions {
  /** Published ifmap densities by conv layer, and ofmap densities where they are published apart. */
  readonly densities?: PublishedDensities | undefined;
  readonly ofmapDensities?: ReadonlyMap<string, number> | undefined;
  readonly activations: 'published' | 'dense' | number;
  readonly batch: number;
  readonly layers?: string | undefined; // glob
  readonly seed: number;
}

export interface AssumedWorks {
  readonly works: Iterable<LayerWork>;
  readonly total: number; // layers
  readonly source: {
    readonly weights: 'synthetic' | 'file';
    readonly activations: 'published' | 'dense' | 'given';
    readonly note: string;
  };
}

/** `model` is folded and its real weights obey `rule` already; weights it lacks are drawn and pruned by it. */
export function assumedWorks(model: Model, rule: SparsityRule, assumed: Assumptions): AssumedWorks {
  const { densityOf, kind, note } = chooseActivations(assumed.activations, assumed.densities);
  const wanted = layerFilter(assumed.layers);
  const picks = (layer: ConvLayer): boolean => wanted(layer.name);
  const options = {
    ifmapDensity: densityOf,
    ofmapDensity: (layer: ConvLayer) =>
      kind === 'published' ? assumed.ofmapDensities?.get(layer.name) : undefined,
    rule,
    batch: assumed.batch,
    random: seeded(assumed.seed, model.name),
  };
  const synthetic = model.layers.some((layer) => isConv(layer) && !layer.weight);
  return {
    works: syntheticWorks(model, options, picks),
    total: model.layers.filter((layer) => isConv(layer) && picks(layer)).length,
    source: { weights: synthetic ? 'synthetic' : 'file', activations: kind, note },
  };
}
