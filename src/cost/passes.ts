/** The array's work for every pass: one filter block over the tiles of one ifmap partition. */
import type { Arch } from '../arch/arch.ts';
import { virtualInOrder, within } from '../schedule/channel-order.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { cut } from '../schedule/tiling.ts';
import { dealer, type WaveOrder } from '../schedule/waves.ts';
import type { LayerCounts } from './count-layer.ts';
import { type DealtTile, dealTile, idleTile } from './dealt-tile.ts';

export interface Pass {
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
  readonly tiles: readonly DealtTile[];
  // What was done, in counts.
  readonly slots: number; // operations sent to a row and seen by every filter of the block that reads the row's channel
  readonly macs: number; // multiplications carried out
  readonly tapsLoaded: number; // into all PEs
  readonly psumsDrained: number; // of one column
  readonly streamedBits: number; // ifmap bits the feeders read
}

/** Every pass of the layer: by partition, by group of blocks, by chunk of channels, by block. */
export function layerPasses(counts: LayerCounts, schedule: Schedule, arch: Arch): readonly Pass[] {
  const { blocks, blocksTogether, channelChunks } = schedule;
  const passes: Pass[] = [];
  for (const [partition, { tiles }] of counts.partitions.entries())
    for (let group = 0; group < blocks.length; group += blocksTogether) {
      const { channels } = blocks[group]!;
      const chunks = cut(channels, Math.ceil((channels[1] - channels[0]) / channelChunks));
      const holding = new Set<number>(); // blocks with psums that an earlier chunk left in the PEs
      for (const [i, chunk] of chunks.entries())
        for (let block = group; block < Math.min(blocks.length, group + blocksTogether); block++) {
          const lastChunk = i === chunks.length - 1;
          const pass = onePass(counts, schedule, {
            ...{ partition, block, channels: chunk, lastChunk, arch },
            ...{ place: block - group, firstOfGroup: i === 0 && block === group },
            stays: tiles.length === 1 && chunks.length > 1,
          });
          const idle = tiles.length === 1 && pass.tiles[0]!.waves === 0;
          if (!idle) holding.add(block);
          passes.push(
            idle && lastChunk && holding.has(block) ? drainOnly(pass, tiles[0]!.psums, arch) : pass,
          );
        }
    }
  return passes;
}

const drainOnly = (pass: Pass, psums: number, arch: Arch): Pass => ({
  ...pass,
  tiles: [idleTile(psums, arch)],
  psumsDrained: psums,
});

type PassPlace = Pick<
  Pass,
  'partition' | 'block' | 'channels' | 'lastChunk' | 'place' | 'firstOfGroup' | 'stays'
> & { readonly arch: Arch };

function onePass(counts: LayerCounts, schedule: Schedule, { arch, ...place }: PassPlace): Pass {
  const { partition, block, channels, lastChunk, stays } = place;
  const { tiles } = counts.partitions[partition]!;
  const first = schedule.blocks[block]!.channels[0];
  const taken = { slots: 0, macs: 0, tapsLoaded: 0, psumsDrained: 0, streamedBits: 0 };
  const orders = waveOrders(schedule, place);
  const dealt = tiles.map((tile) => {
    const slices = schedule.lowered[tile.phase]!.slices.length;
    const nonZeros = tile.nonZeros.subarray(channels[0] * slices, channels[1] * slices);
    const mine = counts.weights[tile.phase]!.blocks[block]!;
    const within = [(channels[0] - first) * slices, (channels[1] - first) * slices] as const;
    const taps = mine.most.subarray(...within);
    const all = mine.all.subarray(...within);
    const waves = dealTile({ nonZeros, taps }, orders(nonZeros, taps, tile.phase), {
      arch,
      psums: stays && !lastChunk ? 0 : tile.psums,
    });
    taken.slots += waves.slots;
    taken.psumsDrained += waves.psums;
    for (let v = 0; v < nonZeros.length; v++) {
      const [n, held] = [nonZeros[v]!, all[v]!];
      if (n === 0 || held === 0) continue;
      taken.macs += n * held;
      taken.tapsLoaded += held;
      taken.streamedBits += tile.pixels + 8 * n;
    }
    return waves;
  });
  return { ...place, tiles: dealt, ...taken };
}

type Orders = (nonZeros: Uint16Array, taps: Uint8Array, phase: number) => WaveOrder;

/** How this pass deals its channels: sorted tile by tile, in the layer's order, or as they come. */
function waveOrders(schedule: Schedule, { channels }: Pick<Pass, 'channels'>): Orders {
  const size =
    (channels[1] - channels[0]) * Math.max(...schedule.lowered.map((layer) => layer.slices.length));
  if (schedule.rearrange === 'per-tile') {
    const { byWork } = dealer(size);
    return (nonZeros, taps) => byWork(nonZeros, taps);
  }
  const order = within(schedule.order, channels);
  const given = schedule.lowered.map(({ slices }) => virtualInOrder(order, slices.length));
  return (nonZeros, _, phase) => ({ channels: given[phase]!, count: nonZeros.length });
}
