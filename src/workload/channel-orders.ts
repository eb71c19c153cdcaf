/**
 * The order in which hardware takes each layer's channels, fixed before it sees its input: by their work in other
 * inputs, so that no input is measured by its own counts; by their taps alone where there are no others. Without
 * rearrangement, their own.
 */
import type { Arch } from '../arch/arch.ts';
import { convLayers, type Model } from '../model/model.ts';
import type { LayerWork } from '../model/work.ts';
import { type ChannelOrder, orderByWork } from '../schedule/channel-order.ts';
import { type ChannelWork, channelWork } from '../schedule/channel-work.ts';
import { wavesApart } from '../schedule/weight-banks.ts';

export interface ChannelOrders {
  /** Whether what is counted matters. */
  readonly counts: boolean;
  /** Count what passed through the network for one input, the next one. */
  readonly count: (works: readonly LayerWork[]) => void;
  /** From what was counted, but for the inputs [first, end) and those behind the first `most` others. */
  readonly orderOf: (work: LayerWork, without: readonly [first: number, end: number]) => ChannelOrder;
}

/** The inputs of a run that has none: drawn ones have nothing in common with each other. */
export const NO_INPUTS = [0, 0] as const;

/** Where an order is fixed for a whole layer; from up to `most` inputs, if they are counted. */
export const fixedOrders = (model: Model, arch: Arch, most = 0): ChannelOrders | undefined =>
  arch.rearrange === 'static' ? channelOrders(model, arch, most) : undefined;

export function channelOrders(model: Model, arch: Arch, most: number): ChannelOrders {
  const pixels = flattenedPixels(model);
  const counts = arch.rearrange !== 'none';
  const counters = new Map<string, ChannelWork>();
  const workOf = ({ name, conv, weight }: LayerWork): ChannelWork => {
    const known = counters.get(name) ?? channelWork(conv, weight.data, arch);
    counters.set(name, known);
    return known;
  };
  const counted = new Map<string, Float64Array[]>(); // of each layer, an input each
  return {
    counts,
    count(works) {
      for (const work of works)
        counted.set(work.name, [...(counted.get(work.name) ?? []), workOf(work).of(work.ifmaps[0])]);
    },
    orderOf(layer, [first, end]) {
      const { name, conv } = layer;
      const others = (counted.get(name) ?? []).filter((_, i) => i < first || i >= end).slice(0, most);
      const known = others.length > 0 ? sum(others) : workOf(layer).of(undefined);
      const work = counts ? known : new Float64Array(known.length);
      const { slices, mostTaps } = workOf(layer);
      return orderByWork(work, slices, {
        groups: conv.groups,
        pixels: pixels.get(name) ?? 1,
        rows: arch.array.rows,
        banks: wavesApart(mostTaps, arch),
      });
    },
  };
}

const sum = ([first, ...others]: readonly Float64Array[]): Float64Array =>
  others.reduce((total, each) => total.map((work, c) => work + each[c]!), first!);

/** Of layers that read planes flattened, how many pixels these have: they lie together, and so move together. */
function flattenedPixels(model: Model): ReadonlyMap<string, number> {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  return new Map(
    convLayers(model).map(({ name, inputs, conv }) => {
      let from = layers.get(inputs[0] ?? '');
      if (from?.op !== 'reshape') return [name, 1];
      while (from?.op === 'reshape') from = layers.get(from.inputs[0]!);
      const [, planes = 1, H = 1, W = 1] = from?.shape ?? [];
      return [name, planes * H * W === conv.C ? H * W : 1]; // a reshape may be another one: a shuffle of channels
    }),
  );
}
