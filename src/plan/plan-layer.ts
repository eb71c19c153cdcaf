/** The plan for one layer: lowering, tile, partitions, then the order of reuse that moves the least DRAM. */
import type { Arch } from '../arch/arch.ts';
import { countLayer, type LayerCounts } from '../cost/count-layer.ts';
import { layerCost } from '../cost/layer.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import { layerPasses } from '../cost/passes.ts';
import { groupSizes } from '../cost/reuse-order.ts';
import { type StoredIfmap, storedIfmap, weightBytes } from '../cost/sizes.ts';
import { countWeights, type WeightCounts } from '../cost/weight-counts.ts';
import { fail } from '../errors.ts';
import type { LayerWork } from '../model/work.ts';
import { type FilterBlock, filterBlocks } from '../schedule/blocks.ts';
import { chooseUnroll, type LoweredLayer, lower } from '../schedule/lowering.ts';
import { type Operands, operandsOf, type Schedule } from '../schedule/schedule.ts';
import { cut, planeRegion, type Rect, type TileSize } from '../schedule/tiling.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';
import { partitionIfmaps } from './partition-search.ts';
import { type MeanLoad, rankTiles } from './tile-search.ts';

export interface LayerPlan {
  readonly operands: Operands;
  readonly schedule: Schedule;
  readonly counts: LayerCounts;
  readonly cost: LayerCost;
}

export function planLayer(work: LayerWork, arch: Arch): LayerPlan {
  const operands = operandsOf(work);
  const { conv, ifmaps } = operands;
  const lowered = lower(conv, chooseUnroll(conv, arch));
  const blocks = filterBlocks(conv, arch.array.cols);
  const stored = ifmaps.map((ifmap) => storedIfmap(ifmap, conv));
  const weights = countWeights(operands.weight, conv, lowered[0]!, blocks);
  const mean = meanLoad(conv, { lowered: lowered[0]!, blocks, weights, stored });
  const withTile = (tile: TileSize): Schedule | undefined =>
    scheduleLayer({ conv, lowered, blocks, tile, stored, ifmaps, weights, arch });
  const rough = firstFit(rankTiles(lowered[0]!, mean, arch), withTile);
  if (!rough) failToFit(work, arch);
  const schedule = refit(rough, (region) => rankTiles({ ...lowered[0]!, ...region }, mean, arch), withTile);
  const counts = countLayer(work, { operands, schedule, stored, firstPhase: weights });
  const passes = layerPasses(counts, schedule, arch);
  return {
    operands,
    schedule,
    counts,
    cost: cheaper(['reuse-ifmap-first', 'reuse-weight-first'] as const, (reuse) =>
      layerCost({ counts, schedule, passes, arch }, reuse),
    ),
  };
}

/** Partition Reuse: the order that moves fewer bytes; of two that move the same, the faster. */
function cheaper<R>(orders: readonly R[], cost: (order: R) => LayerCost): LayerCost {
  return orders
    .map(cost)
    .reduce((best, next) =>
      next.traffic.total < best.traffic.total ||
      (next.traffic.total === best.traffic.total && next.cycles < best.cycles)
        ? next
        : best,
    );
}

/** The first result there is. */
function firstFit<T, R>(list: readonly T[], attempt: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const result = attempt(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Tiles again, now that it is known what they must fill: the region of one partition. */
function refit(
  rough: Schedule,
  rank: (region: { rows: Rect['y']; cols: Rect['x'] }) => readonly TileSize[],
  withTile: (tile: TileSize) => Schedule | undefined,
): Schedule {
  if (rough.partitions.length === 1) return rough;
  const region = planeRegion(rough.partitions[0]!.ofmap, rough.lowered[0]!);
  const better = firstFit(rank({ rows: region.y, cols: region.x }), (tile) => {
    const schedule = withTile(tile);
    return schedule && schedule.partitions.length <= rough.partitions.length ? schedule : undefined;
  });
  return better ?? rough;
}

function failToFit({ name, conv }: LayerWork, { pe, buffers }: Arch): never {
  fail(`no tile of a ${conv.R}x${conv.S} layer of ${conv.C} channels fits the machine`, {
    at: `layer "${name}"`,
    hint: `raise buffers.ifmapBytes (${buffers.ifmapBytes}), buffers.ofmapBytes (${buffers.ofmapBytes}) or pe.psumDepth (${pe.psumDepth})`,
  });
}

interface Known {
  readonly conv: ConvShape;
  readonly lowered: readonly LoweredLayer[];
  readonly blocks: readonly FilterBlock[];
  readonly tile: TileSize;
  readonly stored: readonly StoredIfmap[];
  readonly ifmaps: readonly ByteData[];
  readonly weights: WeightCounts;
  readonly arch: Arch;
}

function scheduleLayer(known: Known): Schedule | undefined {
  const { conv, lowered, blocks, tile, stored, arch } = known;
  const sizes = wantedSizes(known);
  const blocksTogether = togetherIn(known);
  const room = Math.floor(arch.buffers.weightBytes / 2);
  const channelChunks = Math.max(
    ...groupSizes(sizes, blocksTogether).map((channels) => chunksThatFit(channels, room)),
  );
  const filters = Math.max(...blocks.map((block) => block.filters[1] - block.filters[0]));
  const wholePsums = channelChunks > 1 && !isOneTile(known);
  const partitions = partitionIfmaps({
    conv,
    lowered: lowered[0]!,
    tile,
    ifmaps: stored,
    filters,
    wholePsums,
    arch,
  });
  if (!partitions) return undefined;
  return {
    conv,
    lowered,
    blocks,
    tile,
    partitions,
    weightPartitions: packBlocks(
      sizes.map((channels) => channels.reduce((sum, n) => sum + n, 0)),
      room,
    ),
    blocksTogether: partitions.length === 1 ? blocksTogether : 1,
    channelChunks,
    rearrange: arch.rearrange,
  };
}

/** Bytes of each block's channels, without those that are empty where these are not fetched. */
function wantedSizes({ conv, lowered, blocks, weights, ifmaps, arch }: Known): readonly Int32Array[] {
  const wanted = new Uint8Array(conv.C);
  const pixels = conv.H * conv.W;
  for (let c = 0; c < conv.C; c++)
    if (
      arch.rearrange !== 'per-tile' ||
      ifmaps.some((ifmap) => ifmap.subarray(c * pixels, (c + 1) * pixels).some((x) => x !== 0))
    )
      wanted[c] = 1;
  return weightBytes(conv, { blocks, weights, slices: lowered[0]!.slices.length }).map(
    ({ first, channels }) => channels.map((size, c) => (wanted[first + c] ? size : 0)),
  );
}

const isOneTile = ({ lowered, tile, ifmaps }: Known): boolean =>
  lowered.length === 1 &&
  ifmaps.length === 1 &&
  lowered[0]!.ofmap[0] <= tile[0] &&
  lowered[0]!.ofmap[1] <= tile[1];

/** As many blocks as have room for their psums side by side, where the whole layer is one tile. */
function togetherIn(known: Known): number {
  const { conv, lowered, blocks, tile, arch } = known;
  if (!isOneTile(known) || conv.groups > 1) return 1;
  const [{ halo }] = lowered as [LoweredLayer];
  const psums = (tile[0] + halo[0]) * (tile[1] + halo[1]);
  return Math.max(1, Math.min(blocks.length, Math.floor(arch.pe.psumDepth / psums)));
}

/** The fewest equal pieces of the channels of which each fits. A channel that does not fit alone is streamed. */
function chunksThatFit(channels: Int32Array, room: number): number {
  const total = channels.reduce((sum, n) => sum + n, 0);
  for (let count = Math.max(1, Math.ceil(total / room)); count < channels.length; count++) {
    const pieces = cut([0, channels.length], Math.ceil(channels.length / count));
    if (pieces.every(([first, end]) => channels.subarray(first, end).reduce((sum, n) => sum + n, 0) <= room))
      return count;
  }
  return channels.length;
}

/** Consecutive filter blocks that fit the weight buffer together. */
function packBlocks(sizes: readonly number[], room: number): readonly (readonly [number, number])[] {
  const partitions: [number, number][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [b, size] of sizes.entries()) {
    const open = partitions.at(-1);
    if (open && used + size <= room) {
      open[1] = b + 1;
      used += size;
    } else {
      partitions.push([b, b + 1]);
      used = size;
    }
  }
  return partitions;
}

interface MeanInputs {
  readonly lowered: LoweredLayer;
  readonly blocks: readonly FilterBlock[];
  readonly weights: WeightCounts;
  readonly stored: readonly StoredIfmap[];
}

function meanLoad(conv: ConvShape, { lowered, blocks, weights, stored }: MeanInputs): MeanLoad {
  const whole = { y: [0, conv.H], x: [0, conv.W] } as const;
  const nonZeros = stored.reduce((sum, ifmap) => sum + ifmap.nonZeros(whole), 0);
  let [taps, channels] = [0, 0];
  for (const { most } of weights.blocks) {
    for (const held of most) taps += held;
    channels += most.length;
  }
  const planes = (blocks[0]!.channels[1] - blocks[0]!.channels[0]) * lowered.slices.length;
  return { planes, taps: taps / channels, density: nonZeros / (stored.length * conv.C * conv.H * conv.W) };
}
