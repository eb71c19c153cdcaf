/** Which ifmap density each layer is given when nothing was measured: the published one, all dense, or one for all. */
import { fail } from '../errors.ts';
import type { ConvLayer } from '../model/layer.ts';

export type PublishedDensities = ReadonlyMap<string, { readonly ifmap: number; readonly source: string }>;

export interface ActivationChoice {
  readonly densityOf: (layer: ConvLayer) => number;
  readonly kind: 'published' | 'dense' | 'given';
  readonly note: string;
}

const DRAWN =
  'synthetic values, placed at random inside a channel, channel densities spread as measured ones are';

export function chooseActivations(
  activations: 'published' | 'dense' | number,
  published: PublishedDensities | undefined,
): ActivationChoice {
  if (activations === 'dense')
    return { densityOf: () => 1, kind: 'dense', note: 'every activation taken as non-zero' };
  if (activations !== 'published')
    return {
      densityOf: () => activations,
      kind: 'given',
      note: `every ifmap at density ${activations}; ${DRAWN}`,
    };
  if (!published)
    fail('there are no published densities for this model', {
      hint: 'give a density, take activations as dense, or give real inputs',
    });
  return {
    densityOf: ({ name }) =>
      published.get(name)?.ifmap ?? fail(`no density is published for layer "${name}"`),
    kind: 'published',
    note: `${sources(published)}; ${DRAWN}`,
  };
}

const sources = (published: PublishedDensities): string =>
  [...new Set([...published.values()].map(({ source }) => source))].join('; ');

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
