/** A machine's rule put on the layers of a network that are not exempt: masks while training, pruning in one shot, and the audit. */
import { fail, within } from '../errors.ts';
import { type ConvLayer, isConv } from '../model/layer.ts';
import { convLayers, type Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import { arrange } from '../prune/arrange.ts';
import { obeys, prune } from '../prune/index.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import { layerFilter } from '../workload/densities.ts';

/** True for the layers that a rule leaves alone: `first`, `last`, or a glob over names, with commas between. */
export function exemption(model: Model, words: readonly string[]): (layer: string) => boolean {
  const names = convLayers(model).map((layer) => layer.name);
  const spared = new Set<string>();
  for (const word of words) {
    const glob = layerFilter(word);
    const found =
      word === 'first' ? names.slice(0, 1) : word === 'last' ? names.slice(-1) : names.filter(glob);
    if (found.length === 0)
      fail(`no conv or fully connected layer is named "${word}"`, {
        hint: `exempt first, last, or a glob over: ${names.join(', ')}`,
      });
    for (const name of found) spared.add(name);
  }
  return (layer) => spared.has(layer);
}

/** Another share of zeros for the layers that a glob picks; of several the last counts. */
export interface ZerosOf {
  readonly layers: string;
  readonly zeros: number;
}

/** The share of each layer: the rule's, unless another is asked for by name. */
export function sharesOf(
  model: Model,
  { zeros, zerosOf }: { readonly zeros: number; readonly zerosOf: readonly ZerosOf[] },
): (layer: string) => number {
  const names = convLayers(model).map((layer) => layer.name);
  const shares = new Map<string, number>();
  for (const { layers, zeros: own } of zerosOf) {
    if (!(own >= 0 && own < 1)) fail(`a share of zeros of ${own}: expected a number from 0 to less than 1`);
    const found = names.filter(layerFilter(layers));
    if (found.length === 0)
      fail(`no conv or fully connected layer is named "${layers}"`, {
        hint: `a glob over: ${names.join(', ')}`,
      });
    for (const name of found) shares.set(name, own);
  }
  return (layer) => shares.get(layer) ?? zeros;
}

export interface RuleOn {
  readonly rule: SparsityRule;
  readonly exempt: (layer: string) => boolean;
  /** By layer, where not every one has the rule's own share. */
  readonly zerosOf?: ((layer: string) => number) | undefined;
}

/** The rule with this layer's share of zeros. */
export const ruleAt = ({ rule, zerosOf }: RuleOn, layer: string): SparsityRule =>
  zerosOf && rule.kind !== 'none' ? { ...rule, zeros: zerosOf(layer) } : rule;

const speaksOf = (on: RuleOn, { name }: ConvLayer): boolean =>
  on.rule.kind !== 'none' && ruleAt(on, name).zeros > 0 && !on.exempt(name);

export interface Pruned {
  readonly model: Model;
  readonly masks: ReadonlyMap<string, Uint8Array>;
}

/** With filters grouped by likeness where the rule prunes by blocks of them. */
export const arranged = (model: Model, on: RuleOn): Model => {
  const spoken = new Set(
    convLayers(model)
      .filter((layer) => speaksOf(on, layer))
      .map(({ name }) => name),
  );
  return arrange(model, (layer) => (spoken.has(layer) ? ruleAt(on, layer) : undefined));
};

/** Largest weights kept, the others 0, in every layer that the rule speaks of. */
export function pruneToRule(model: Model, on: RuleOn): Pruned {
  const masks = new Map<string, Uint8Array>();
  const layers = model.layers.map((layer) => {
    if (!isConv(layer) || !layer.weight || !speaksOf(on, layer)) return layer;
    const { weight, codes: _, ...rest } = layer;
    const mask = within(`layer "${layer.name}"`, () =>
      prune(weight!.data, layer.conv, ruleAt(on, layer.name)),
    );
    masks.set(layer.name, mask);
    return { ...rest, weight: { shape: weight!.shape, data: weight!.data.map((w, i) => (mask[i] ? w : 0)) } };
  });
  return { model: { ...model, layers }, masks };
}

export interface Audit {
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
  readonly exact: boolean;
}

/** Over the layers that the rule speaks of; exact means neither more nor fewer non-zeros anywhere. */
export function audit(model: Model, on: RuleOn): Audit {
  let [min, max, exact] = [1, 0, true];
  for (const layer of convLayers(model)) {
    if (!layer.weight || !speaksOf(on, layer)) continue;
    const held = obeys(layer.weight.data, layer.conv, ruleAt(on, layer.name));
    [min, max] = [Math.min(min, held.zerosPerKernel.min), Math.max(max, held.zerosPerKernel.max)];
    exact &&= held.exact;
  }
  return { zerosPerKernel: min <= max ? { min, max } : { min: 0, max: 0 }, exact };
}

/**
 * Before hours of training: is there a layer that the rule can prune, and does it leave every one something?
 * A share of zeros that rounds to no weight at all, or to none gone, is a rule that no layer can obey.
 */
export function checkRule(model: Model, on: RuleOn): void {
  const { kind } = on.rule;
  if (kind === 'none' || (on.rule.zeros === 0 && !on.zerosOf)) return;
  const layers = convLayers(model).filter((layer) => speaksOf(on, layer));
  if (layers.length === 0)
    fail('every layer is exempt from the rule', { hint: 'exempt fewer, or train without a rule' });
  let gone = 0;
  for (const { name, conv } of layers) {
    const { zeros } = ruleAt(on, name);
    const mask = prune(rising(conv), conv, ruleAt(on, name));
    const kept = countNonZeros(mask);
    if (kept === 0)
      fail(`${kind} at ${zeros} zeros leaves this layer no weight at all`, {
        at: `layer "${name}"`,
        hint: `a smaller share, or --exempt ${name}`,
      });
    gone += mask.length - kept;
  }
  if (gone === 0)
    fail(`no layer can obey ${kind} at ${on.rule.zeros} zeros: nothing would be pruned`, {
      hint: 'a larger share, or another rule',
    });
}

/** Weights of different magnitudes, so that a mask of the rule is drawn as on real ones. */
const rising = ({ K, C, groups, R, S }: ConvShape): Float32Array =>
  Float32Array.from({ length: K * (C / groups) * R * S }, (_, i) => 1 + i);
