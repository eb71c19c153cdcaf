/**
 * Folding: what a convolution can do on its way out is put inside it.
 *
 *   conv -> affine -> clamp     becomes     conv'    with weight' = scale * weight, bias' = scale * bias + shift
 *
 * The conv keeps its own name (reports name the layer that does the work) and every reader, model outputs
 * included, is rewired to it. Nothing is folded into a value that anyone else reads.
 * Batch norm into the conv before it: Jacob et al., CVPR 2018, section 3.2.
 */
import { type AffineLayer, type Clamp, type ConvLayer, isConv, type Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';

export function fold(model: Model): Model {
  const reads = countReads(model);
  const renamed = new Map<string, string>();
  const now = (value: string): string => renamed.get(value) ?? value;
  const layers = new Map<string, Layer>();

  for (const original of model.layers) {
    const layer = { ...original, inputs: original.inputs.map(now) };
    const source = layer.inputs[0] ?? '';
    const before = layers.get(source);
    const into = before && isConv(before) && reads.get(source) === 1 ? before : undefined;
    const idle = isIdentity(layer);
    const folded = !idle && into ? foldedInto(into, layer) : undefined;
    if (folded) layers.set(source, folded);
    if (folded || idle) {
      renamed.set(layer.name, source);
      reads.set(source, reads.get(source)! - 1 + (reads.get(layer.name) ?? 0));
    } else layers.set(layer.name, layer);
  }
  return { ...model, layers: [...layers.values()], outputs: model.outputs.map(now) };
}

/** How often each value is read; being a model output is a reading too. */
function countReads(model: Model): Map<string, number> {
  const reads = new Map<string, number>();
  for (const value of [...model.layers.flatMap((layer) => layer.inputs), ...model.outputs])
    reads.set(value, (reads.get(value) ?? 0) + 1);
  return reads;
}

/** The conv with the layer behind it inside, or undefined where that changes what it computes. */
function foldedInto(conv: ConvLayer, layer: Layer): ConvLayer | undefined {
  if (layer.op === 'clamp')
    return { ...conv, clamp: conv.clamp ? clampTwice(conv.clamp, layer.clamp) : layer.clamp };
  if (layer.op === 'affine' && !conv.clamp) return scaled(conv, layer);
  return undefined;
}

/** Clamping twice is clamping once: the second interval holds the ends of the first. */
function clampTwice(first: Clamp, second: Clamp): Clamp {
  const hold = (x: number): number => Math.min(Math.max(x, second.low), second.high);
  return { low: hold(first.low), high: hold(first.high) };
}

function scaled(layer: ConvLayer, { scale, shift }: AffineLayer): ConvLayer {
  // Weights that came as integer codes are codes no longer once every filter has its own factor.
  const { weight, bias, codes: _, ...rest } = layer;
  if (!weight) return rest; // only the topology is known: the weights still to be made are the folded ones
  const { K } = layer.conv;
  const perFilter = weight.data.length / K;
  const at = (list: Float32Array, k: number): number => list[list.length === 1 ? 0 : k]!;
  return {
    ...rest,
    weight: {
      shape: weight.shape,
      data: weight.data.map((w, i) => w * at(scale, Math.floor(i / perFilter))),
    },
    bias: Float32Array.from({ length: K }, (_, k) => (bias?.[k] ?? 0) * at(scale, k) + at(shift, k)),
  };
}

function isIdentity(layer: Layer): boolean {
  if (layer.op === 'affine') return layer.scale.every((a) => a === 1) && layer.shift.every((b) => b === 0);
  if (layer.op === 'clamp') return layer.clamp.low === -Infinity && layer.clamp.high === Infinity;
  return false;
}
