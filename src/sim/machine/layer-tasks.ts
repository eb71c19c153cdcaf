/** Tasks for the machine, a layer each: from a layer's operands alone, and from a chain that it cannot run in one go. */

import type { LayerWork } from '../../model/work.ts';
import { within } from '../../schedule/channel-order.ts';
import { convInt } from '../../tensor/kernels/conv-int.ts';
import { quantiseMultiplier, requantiseInto } from '../../tensor/requantise.ts';
import type { MachineLayer } from './machine-layer.ts';
import type { NetworkTask } from './network-tasks.ts';
import { filtersOf } from './split-layer.ts';

/** One task an image. A work has no requantisation: its largest sum becomes 255 here, and what is negative 0. */
export function layerTasks({ name, conv, weight, ifmaps, order }: LayerWork): readonly NetworkTask[] {
  return ifmaps.map((ifmap) => {
    const sums = convInt(ifmap, weight.data, conv);
    const { multiplier, shift } = quantiseMultiplier(255 / Math.max(255, ...maxima(sums)));
    const layer: MachineLayer = {
      ...{ name, conv, weight: weight.data, signed: ifmap instanceof Int8Array },
      multiplier: new Int32Array(conv.K).fill(multiplier),
      shift: new Uint8Array(conv.K).fill(shift),
      ...{ low: 0, high: 255, order },
    };
    return {
      chain: { layers: [layer], input: `${name} ifmap`, values: [name] },
      ifmap,
      ofmaps: [requantiseInto(new Uint8Array(sums.length), sums, layer)],
    };
  });
}

/** Largest values of stretches: a whole ofmap is too many arguments for one call. */
const maxima = (sums: Int32Array): readonly number[] =>
  Array.from({ length: Math.ceil(sums.length / 4096) }, (_, i) =>
    Math.max(...sums.subarray(4096 * i, 4096 * (i + 1))),
  );

/** The stretches of a chain whose layers are wanted, each a task of its own: a host carries values between them. */
export function stretches(task: NetworkTask, wanted: (layer: string) => boolean): readonly NetworkTask[] {
  const { layers } = task.chain;
  const found: NetworkTask[] = [];
  for (let from = 0; from < layers.length; from++) {
    if (!wanted(layers[from]!.name)) continue;
    let to = from + 1;
    while (to < layers.length && wanted(layers[to]!.name)) to++;
    found.push(part(task, from, to));
    from = to;
  }
  return found;
}

/** Every layer of a chain by itself, and every group of a layer. */
export const singly = (task: NetworkTask): readonly NetworkTask[] =>
  task.chain.layers.flatMap((_, i) => groupTasks(part(task, i, i + 1)));

function part({ chain, ifmap, ofmaps }: NetworkTask, from: number, to: number): NetworkTask {
  return {
    chain: {
      layers: chain.layers.slice(from, to),
      input: from === 0 ? chain.input : chain.values[from - 1]!,
      values: chain.values.slice(from, to),
    },
    ifmap: from === 0 ? ifmap : ofmaps[from - 1]!,
    ofmaps: ofmaps.slice(from, to),
  };
}

function groupTasks(task: NetworkTask): readonly NetworkTask[] {
  const [layer] = task.chain.layers;
  const { conv, order } = layer!;
  const { C, K, groups } = conv;
  if (groups === 1) return [task];
  return Array.from({ length: groups }, (_, g) => {
    const channels = [(g * C) / groups, ((g + 1) * C) / groups] as const;
    const { chain, ofmaps } = filtersOf(task, [(g * K) / groups, ((g + 1) * K) / groups]);
    const share = chain.layers[0]!;
    const own: MachineLayer = {
      ...share,
      conv: { ...share.conv, C: C / groups, groups: 1 },
      order: order && within(order, channels),
    };
    const plane = task.ifmap.length / C;
    const ifmap = task.ifmap.subarray(channels[0] * plane, channels[1] * plane);
    return { chain: { ...chain, layers: [own] }, ifmap, ofmaps };
  });
}
