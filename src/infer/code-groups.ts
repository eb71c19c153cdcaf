/**
 * Where a quantised file means integers: dequantize -> conv or global average pool -> (clamp) -> quantize.
 * Such a group maps codes to codes, and is evaluated on the codes: exact sums, so that no order of additions shows.
 */
import type { Clamp, ConvLayer, DequantizeLayer, Layer, PoolLayer, QuantizeLayer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';

export interface CodeGroup {
  readonly from: DequantizeLayer; // its input holds the codes read
  readonly layer: ConvLayer | PoolLayer;
  readonly clamp: Clamp | undefined;
  readonly to: QuantizeLayer;
}

/** The groups by the name of their quantize layer; nothing else reads the values inside a group. */
export function codeGroups({ layers, outputs }: Model): ReadonlyMap<string, CodeGroup> {
  const readers = new Map<string, number>();
  for (const { inputs } of layers)
    for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const groups = new Map<string, CodeGroup>();
  for (const to of layers) {
    if (to.op !== 'quantize') continue;
    let layer = byName.get(to.inputs[0]!);
    const clamp = layer?.op === 'clamp' ? layer : undefined;
    if (clamp) layer = byName.get(clamp.inputs[0]!);
    const from = layer && byName.get(layer.inputs[0]!);
    if (from?.op !== 'dequantize' || !onCodes(layer)) continue;
    const inside = [layer.name, ...(clamp ? [clamp.name] : [])];
    if (inside.some((name) => readers.get(name) !== 1 || outputs.includes(name))) continue;
    groups.set(to.name, { from, layer, clamp: clamp?.clamp ?? clampOf(layer), to });
  }
  return groups;
}

const clampOf = (layer: ConvLayer | PoolLayer): Clamp | undefined =>
  'clamp' in layer ? layer.clamp : undefined;

function onCodes(layer: Layer | undefined): layer is ConvLayer | PoolLayer {
  if (layer?.op === 'conv' || layer?.op === 'fc') return layer.codes !== undefined;
  return layer?.op === 'avgPool' && layer.shape.at(-1) === 1 && layer.shape.at(-2) === 1 && !padded(layer);
}

const padded = ({ pad }: PoolLayer): boolean => pad.some((n) => n !== 0);
