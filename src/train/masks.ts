/**
 * Adaptive weight training's masks: which weights are pruned is chosen anew while training, by a rule that is given as
 * a value, and the pruned ones go on learning behind their masks, so that they can come back.
 */
import { isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { Masks, Parameters } from './program.ts';

/** The mask of one layer at a share of zeros: 1 keep, 0 prune. The one before it is told, where there was one. */
export type MaskRule = (
  layer: string,
  weight: Float32Array,
  conv: ConvShape,
  { zeros, previous }: { readonly zeros: number; readonly previous?: Uint8Array | undefined },
) => Uint8Array;

export interface MaskChoice {
  readonly rule: MaskRule;
  readonly exempt: (layer: string) => boolean;
  readonly zeros: number;
  readonly previous: Masks;
}

export function chooseMasks(
  model: Model,
  parameters: Parameters,
  { rule, exempt, zeros, previous }: MaskChoice,
): Map<string, Uint8Array> {
  const masks = new Map<string, Uint8Array>();
  for (const layer of model.layers) {
    if (!isConv(layer) || exempt(layer.name)) continue;
    const key = `${layer.name}/weight`;
    const weight = parameters.get(key);
    if (weight) masks.set(key, rule(layer.name, weight, layer.conv, { zeros, previous: previous.get(key) }));
  }
  return masks;
}

/**
 * The pull that makes the masks settle: pruned weights decay by themselves, so that only those whose gradient insists
 * come back (SR-STE; Zhou et al., ICLR 2021, equation 9).
 */
export function pullPruned(
  gradients: Parameters,
  { parameters, masks, pull }: { parameters: Parameters; masks: Masks; pull: number },
): void {
  for (const [name, mask] of masks) {
    const [gradient, weight] = [gradients.get(name), parameters.get(name)];
    if (!gradient || !weight) continue;
    for (let i = 0; i < mask.length; i++) gradient[i] = gradient[i]! + pull * (1 - mask[i]!) * weight[i]!;
  }
}

/** By layer: the share of its weights that the masks prune. */
export const zeroShares = (masks: Masks): ReadonlyMap<string, number> =>
  new Map(
    [...masks].map(([name, mask]) => [
      name.slice(0, -'/weight'.length),
      1 - mask.reduce((sum, keep) => sum + keep, 0) / mask.length,
    ]),
  );
