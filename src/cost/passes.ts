/** The array's time and work for every pass: one filter block over the tiles of one ifmap partition. */
import type { Arch } from '../arch/arch.ts';
import { virtualInOrder, within } from '../schedule/channel-order.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { cut } from '../schedule/tiling.ts';
import { dealer, type WaveOrder } from '../schedule/waves.ts';
import type { LayerCounts } from './count-layer.ts';
import { idleWave, type TileTime, timeTile } from './timing.ts';

export interface Pass {
  readonly partition: number;
  readonly block: number;
  /** Input channels of this piece of the block. */
  readonly channels: readonly [first: number, end: number];
  readonly lastChunk: boolean;
  readonly tiles: readonly TileTime[];
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
          const pass = onePass(counts, schedule, { partition, block, channels: chunk, lastChunk, arch });
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
  tiles: [idleWave(psums, arch)],
  psumsDrained: psums,
});

interface PassPlace {
  readonly partition: number;
  readonly block: number;
  readonly channels: readonly [number, number];
  readonly lastChunk: boolean;
  readonly arch: Arch;
}

function onePass(counts: LayerCounts, schedule: Schedule, place: PassPlace): Pass {
  const { partition, block, channels, lastChunk, arch } = place;
  const { tiles } = counts.partitions[partition]!;
  const first = schedule.blocks[block]!.channels[0];
  const taken = { slots: 0, macs: 0, tapsLoaded: 0, psumsDrained: 0, streamedBits: 0 };
  const orders = waveOrders(counts, schedule, place);
  const times = tiles.map((tile) => {
    const slices = schedule.lowered[tile.phase]!.slices.length;
    const nonZeros = tile.nonZeros.subarray(channels[0] * slices, channels[1] * slices);
    const mine = counts.weights[tile.phase]!.blocks[block]!;
    const within = [(channels[0] - first) * slices, (channels[1] - first) * slices] as const;
    const taps = mine.most.subarray(...within);
    const all = mine.all.subarray(...within);
    // Psums of a lone tile stay in the PEs from chunk to chunk; otherwise each chunk drains, adding in the ofmap buffer.
    const drains = lastChunk || tiles.length > 1;
    const time = timeTile({ nonZeros, taps }, orders(nonZeros, taps, tile.phase), {
      arch,
      drain: drains ? tile.psums : 0,
    });
    taken.slots += time.slots;
    if (time.drain > 0) taken.psumsDrained += tile.psums;
    for (let v = 0; v < nonZeros.length; v++) {
      const [n, held] = [nonZeros[v]!, all[v]!];
      if (n === 0 || held === 0) continue;
      taken.macs += n * held;
      taken.tapsLoaded += held;
      taken.streamedBits += tile.pixels + 8 * n;
    }
    return time;
  });
  return { partition, block, channels, lastChunk, tiles: times, ...taken };
}

type Orders = (nonZeros: Uint16Array, taps: Uint8Array, phase: number) => WaveOrder;

/** How this pass deals its channels: sorted tile by tile, in a given order, as they come, or in one order for all tiles. */
function waveOrders(counts: LayerCounts, schedule: Schedule, { partition, channels }: PassPlace): Orders {
  const size =
    (channels[1] - channels[0]) * Math.max(...schedule.lowered.map((layer) => layer.slices.length));
  if (schedule.rearrange === 'per-tile') {
    const { byWork } = dealer(size);
    return (nonZeros, taps) => byWork(nonZeros, taps);
  }
  if (schedule.order) {
    const given = schedule.lowered.map(({ slices }) =>
      virtualInOrder(within(schedule.order!, channels), slices.length),
    );
    return (nonZeros, _, phase) => ({ channels: given[phase]!, count: nonZeros.length });
  }
  const asTheyCome = Int32Array.from({ length: size }, (_, v) => v);
  if (schedule.rearrange === 'none') return (nonZeros) => ({ channels: asTheyCome, count: nonZeros.length });
  const fixed = new Map<number, Int32Array>(); // by phase
  return (nonZeros, taps, phase) => {
    const from = channels[0] * schedule.lowered[phase]!.slices.length;
    const tiles = counts.partitions[partition]!.tiles.filter((tile) => tile.phase === phase);
    const order =
      fixed.get(phase) ??
      byTotalWork(
        tiles.map((tile) => tile.nonZeros.subarray(from)),
        taps,
      );
    fixed.set(phase, order);
    return { channels: order, count: nonZeros.length };
  };
}

/** One order for all tiles: by the work of each channel summed over them. */
function byTotalWork(tiles: readonly Uint16Array[], taps: Uint8Array): Int32Array {
  const work = new Float64Array(taps.length);
  for (const nonZeros of tiles) for (let v = 0; v < taps.length; v++) work[v]! += nonZeros[v]! * taps[v]!;
  return Int32Array.from([...work.keys()].sort((a, b) => work[b]! - work[a]! || a - b));
}
