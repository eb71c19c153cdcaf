/**
 * A layer's passes, each one filter block over the tiles of one ifmap partition, and the array's work in each: dealt when it
 * is asked for, for what all rows do in all waves of a layer is more than the layer itself.
 */
import type { Arch } from '../arch/arch.ts';
import { virtualInOrder, within } from '../schedule/channel-order.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { cut } from '../schedule/tiling.ts';
import { dealer, type WaveOrder } from '../schedule/waves.ts';
import type { LayerCounts } from './count-layer.ts';
import { type DealtTile, dealTile, idleTile, roomFor } from './dealt-tile.ts';

export interface PassPlace {
  readonly partition: number;
  readonly block: number;
  /** Input channels of this piece of the block. */
  readonly channels: readonly [first: number, end: number];
  readonly lastChunk: boolean;
  /** Place of the block among those whose psums share the PEs. */
  readonly place: number;
  readonly firstOfGroup: boolean;
  /** Psums of a lone tile stay in the PEs from chunk to chunk; otherwise each chunk drains, adding in the ofmap buffer. */
  readonly stays: boolean;
}

export interface Pass extends PassPlace {
  /** One after the other: each is gone when the next one is dealt. */
  readonly tiles: Iterable<DealtTile>;
}

/** Every pass of the layer: by partition, by group of blocks, by chunk of channels, by block. */
export function passPlaces(counts: LayerCounts, schedule: Schedule): readonly PassPlace[] {
  const { blocks, blocksTogether, channelChunks } = schedule;
  const places: PassPlace[] = [];
  for (const [partition, { tiles }] of counts.partitions.entries())
    for (let group = 0; group < blocks.length; group += blocksTogether) {
      const { channels } = blocks[group]!;
      const chunks = cut(channels, Math.ceil((channels[1] - channels[0]) / channelChunks));
      for (const [i, chunk] of chunks.entries())
        for (let block = group; block < Math.min(blocks.length, group + blocksTogether); block++)
          places.push({
            ...{ partition, block, channels: chunk, lastChunk: i === chunks.length - 1 },
            ...{ place: block - group, firstOfGroup: i === 0 && block === group },
            stays: tiles.length === 1 && chunks.length > 1,
          });
    }
  return places;
}

/** In the order of `places`, in which the chunks of a partition and a block follow each other. */
export function* layerPasses(
  counts: LayerCounts,
  schedule: Schedule,
  arch: Arch,
  places = passPlaces(counts, schedule),
): Generator<Pass> {
  const deal = tileDealer(counts, schedule, arch);
  const holding = new Set<string>(); // partitions and blocks with psums that an earlier chunk left in the PEs
  for (const place of places) yield { ...place, tiles: tilesOf(place) };

  function* tilesOf(place: PassPlace): Generator<DealtTile> {
    const { partition, block, lastChunk } = place;
    const { tiles } = counts.partitions[partition]!;
    const key = `${partition} ${block}`;
    const next = deal(place);
    for (const tile of tiles) {
      const dealt = next(tile);
      if (dealt.waves > 0) holding.add(key);
      yield tiles.length === 1 && dealt.waves === 0 && lastChunk && holding.has(key)
        ? idleTile(tile.psums, arch)
        : dealt;
    }
  }
}

type CountedTile = LayerCounts['partitions'][number]['tiles'][number];

/** Deals the tiles of a pass one by one, all of them into the same room. */
function tileDealer(
  counts: LayerCounts,
  schedule: Schedule,
  arch: Arch,
): (place: PassPlace) => (tile: CountedTile) => DealtTile {
  const slices = schedule.lowered.map((layer) => layer.slices.length);
  const most = Math.max(...schedule.blocks.map(({ channels: [first, end] }) => end - first));
  const room = roomFor(most * Math.max(...slices), arch);
  const orders = waveOrders(schedule, most * Math.max(...slices));
  return ({ block, channels, stays, lastChunk }) => {
    const first = schedule.blocks[block]!.channels[0];
    const taps = slices.map((n, phase) =>
      counts.weights[phase]!.blocks[block]!.most.subarray(
        (channels[0] - first) * n,
        (channels[1] - first) * n,
      ),
    );
    const orderOf = orders(channels);
    return ({ phase, nonZeros: all, psums }) => {
      const [from, to] = [channels[0] * slices[phase]!, channels[1] * slices[phase]!];
      const nonZeros = to - from === all.length ? all : all.subarray(from, to);
      const tile = { nonZeros, taps: taps[phase]! };
      return dealTile(tile, orderOf(tile, phase), { arch, psums: stays && !lastChunk ? 0 : psums, room });
    };
  };
}

type OrderOf = (
  tile: { readonly nonZeros: Uint16Array; readonly taps: Uint8Array },
  phase: number,
) => WaveOrder;

/** How a pass deals its channels: sorted tile by tile, in the layer's order, or as they come. */
function waveOrders(schedule: Schedule, most: number): (channels: PassPlace['channels']) => OrderOf {
  if (schedule.rearrange === 'per-tile') {
    const { byWork } = dealer(most);
    return () => (tile) => byWork(tile.nonZeros, tile.taps);
  }
  const known = new Map<string, readonly WaveOrder[]>(); // of passes over the same channels
  return (channels) => {
    const orders = known.get(`${channels}`) ?? ordersWithin(schedule, channels);
    known.set(`${channels}`, orders);
    return (_, phase) => orders[phase]!;
  };
}

function ordersWithin(schedule: Schedule, channels: PassPlace['channels']): readonly WaveOrder[] {
  const order = within(schedule.order, channels);
  return schedule.lowered.map(({ slices }) => {
    const virtual = virtualInOrder(order, slices.length);
    return { channels: virtual, count: virtual.length };
  });
}
