/** Which ifmap density each layer is given when nothing was measured: published, dense, one for all, or assumed. */
import { type ConvLayer, isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';

export type PublishedDensities = ReadonlyMap<string, { readonly ifmap: number; readonly source: string }>;

export interface ActivationChoice {
  readonly densityOf: (layer: ConvLayer) => number;
  readonly kind: 'published' | 'dense' | 'given';
  readonly note: string;
}

/** Behind a ReLU, where nothing is published: ReLU ofmaps of ImageNet CNNs are 50-70 % zeros (facts on sparsity). */
const BEHIND_RELU = 0.5;

export function chooseActivations(
  model: Model,
  activations: 'published' | 'dense' | number,
  published: PublishedDensities | undefined,
): ActivationChoice {
  const spread =
    'synthetic values, placed at random inside a channel, channel densities spread as measured ones are';
  if (activations === 'dense')
    return { densityOf: () => 1, kind: 'dense', note: 'every activation taken as non-zero' };
  if (activations !== 'published')
    return {
      densityOf: () => activations,
      kind: 'given',
      note: `every ifmap at density ${activations}; ${spread}`,
    };
  if (published && published.size > 0)
    return {
      densityOf: (layer) => published.get(layer.name)?.ifmap ?? assumed(model, layer),
      kind: 'published',
      note: `ifmap densities: ${sources(published)}; ${spread}`,
    };
  return {
    densityOf: (layer) => assumed(model, layer),
    kind: 'given',
    note: `no densities are published for this network: ${BEHIND_RELU} assumed behind a ReLU, 1 elsewhere; ${spread}`,
  };
}

const sources = (published: PublishedDensities): string =>
  [...new Set([...published.values()].map(({ source }) => source))].join('; ');

/** Follow the value back to where it was made. */
function assumed(model: Model, layer: ConvLayer): number {
  const made = new Map(model.layers.map((each) => [each.name, each]));
  for (let value = layer.inputs[0]; value !== undefined; ) {
    const from = made.get(value);
    if (!from) return 1; // the network's own input
    if (from.op === 'clamp' || isConv(from)) return from.clamp?.low === 0 ? BEHIND_RELU : 1;
    if (from.op === 'add' || from.op === 'affine' || from.op === 'lrn') return 1;
    value = from.inputs[0];
  }
  return 1;
}

/** Names of the layers that a glob picks; `*` and `?` as in a shell. */
export function layerFilter(glob: string | undefined): (name: string) => boolean {
  if (glob === undefined) return () => true;
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matcher = new RegExp(`^${pattern}$`);
  return (name) => matcher.test(name);
}
