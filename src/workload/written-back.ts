/** What a conv layer writes to DRAM: its own ofmap, or that of the max pool the machine takes on the way out. */
import { fusedPools } from '../infer/integers.ts';
import { type ConvLayer, isConv, type Layer } from '../model/layer.ts';
import { consumers, type Model } from '../model/model.ts';

/** For each conv, the layer whose ofmap is written back. */
export function writtenBack(model: Model): ReadonlyMap<string, Layer> {
  const pools = fusedPools(model);
  return new Map(model.layers.filter(isConv).map((layer) => [layer.name, pools.get(layer.name) ?? layer]));
}

/** An ofmap's shape as [K, P, Q]; fully connected ofmaps have P = Q = 1. */
export const ofmapShapeOf = ({ shape }: Layer): readonly [number, number, number] => [
  shape[1]!,
  shape[2] ?? 1,
  shape[3] ?? 1,
];

/** Values in a window of a max pool that is fused behind a layer. */
export const pooledBy = (back: Layer): number | undefined =>
  back.op === 'maxPool' ? back.kernel[0] * back.kernel[1] : undefined;

/** The first conv or FC layer that reads a value, through layers that only move it or pool it; none behind a host op. */
export function nextConv(model: Model): (value: string) => ConvLayer | undefined {
  const readers = consumers(model);
  const passes = new Set<Layer['op']>(['concat', 'reshape', 'transpose', 'slice', 'maxPool', 'clamp']);
  return (value) => {
    for (let names = [value]; names.length > 0; ) {
      const layers = names.flatMap((name) => readers.get(name) ?? []);
      const conv = layers.find(isConv);
      if (conv) return conv;
      names = layers.filter((layer) => passes.has(layer.op)).map((layer) => layer.name);
    }
    return undefined;
  };
}
