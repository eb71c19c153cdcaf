/**
 * From layers to the machine's memory image: for each layer how it is cut, its weights in the order of its waves, its
 * tables and its descriptor; and where ifmaps lie between them.
 *
 * A layer's ofmap is written as the ifmap of the next one, tiles of that one's size in that one's planes; so layers are
 * cut from the last to the first. Channels come in one order for every tile, their layer's: the layer in front has its
 * filters in it, and a host writes the first ifmap so.
 */
import type { Arch } from '../../arch/arch.ts';
import { fail } from '../../errors.ts';
import { type CutLayer, cutChain } from './cut.ts';
import { DramImage } from './dram.ts';
import { layoutBeats, type PlacedLayout } from './layout.ts';
import type { MachineLayer } from './machine-layer.ts';
import { type MachineShape, machineShape } from './shape.ts';
import { layerTables } from './tables.ts';
import { packWeights } from './weights.ts';

export interface CompiledNetwork {
  readonly dram: DramImage; // all but the ifmap of the first layer
  readonly first: number; // beat of the first descriptor
  readonly input: PlacedLayout;
  readonly output: PlacedLayout;
  /** The input, what each layer writes, the output last. */
  readonly placed: readonly PlacedLayout[];
  readonly outputSigned: boolean;
  readonly layers: readonly CutLayer[];
}

/** Beats of a region are handed out one after another, from 16 on: 0 is no address. */
function allocator() {
  let next = 16;
  return {
    take(beats: number): number {
      const at = next;
      next += Math.ceil(beats / 16) * 16;
      return at;
    },
    end: () => next,
  };
}

export function compileNetwork(
  layers: readonly MachineLayer[],
  arch: Arch,
  shape: MachineShape = machineShape(arch),
): CompiledNetwork {
  if (layers.length === 0) fail('a network without layers', { hint: 'give the machine one layer at least' });
  const cuts = cutChain(layers, arch, shape);
  const memory = allocator();
  const place = (layout: CutLayer['ifmap']): PlacedLayout => {
    const [bitmaps, values] = layoutBeats(layout);
    return { ...layout, bitmaps: memory.take(bitmaps), values: memory.take(values) };
  };
  const placed = [...cuts.map((cut) => place(cut.ifmap)), place(cuts.at(-1)!.ofmap)];
  const writes: { readonly at: number; readonly data: Uint32Array }[] = [];
  const put = (data: Uint32Array): number => {
    const at = memory.take(data.length / 4);
    writes.push({ at, data });
    return at;
  };
  let next = 0;
  for (const [i, cut] of [...cuts.entries()].reverse()) {
    const weights = packWeights(cut, arch);
    const weightsAt = put(weights.image);
    const layer = layerTables(cut, {
      ...{ weights, weightsAt, ifmap: placed[i]!, ofmap: placed[i + 1]!, next, arch, shape },
    });
    const tablesAt = put(layer.tables);
    next = put(layer.descriptor(tablesAt));
  }
  const dram = new DramImage(memory.end());
  for (const { at, data } of writes) dram.write(at, data);
  const last = layers.at(-1)!;
  return {
    placed,
    dram,
    first: next,
    input: placed[0]!,
    output: placed.at(-1)!,
    outputSigned: last.low < 0,
    layers: cuts,
  };
}
