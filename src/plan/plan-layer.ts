/** The plan for one layer: lowering, tile, partitions, then the order of reuse that moves the least DRAM. */
import type { Arch, Reuse } from '../arch/arch.ts';
import { countLayer, type LayerCounts } from '../cost/count-layer.ts';
import { layerCost } from '../cost/layer.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import { groupSizes } from '../cost/reuse-order.ts';
import { type StoredIfmap, storedIfmap } from '../cost/sizes.ts';
import { countWeights, type WeightCounts } from '../cost/weight-counts.ts';
import { fail } from '../errors.ts';
import type { LayerWork } from '../model/work.ts';
import { type FilterBlock, filterBlocks } from '../schedule/blocks.ts';
import { type ChannelOrder, orderByWork, ownOrder } from '../schedule/channel-order.ts';
import { channelWork } from '../schedule/channel-work.ts';
import { chooseUnroll, type LoweredLayer, lower } from '../schedule/lowering.ts';
import { type Operands, operandsOf, type Schedule } from '../schedule/schedule.ts';
import { area, planeRegion, type Rect, type TileSize } from '../schedule/tiling.ts';
import { wavesApart } from '../schedule/weight-banks.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { partitionIfmaps } from './partition-search.ts';
import { type MeanLoad, rankTiles } from './tile-search.ts';
import {
  chunksThatFit,
  isOneTile,
  type LayerFacts,
  packBlocks,
  togetherIn,
  wantedSizes,
} from './weight-plan.ts';

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
  const stored = ifmaps.map((ifmap) => storedIfmap(ifmap, conv, arch));
  const weights = countWeights(operands.weight, conv, lowered[0]!, blocks);
  const mean = meanLoad(conv, { lowered: lowered[0]!, blocks, weights, stored });
  const order = work.order ?? orderUnasked(operands, arch);
  const withTile = (tile: TileSize): Schedule | undefined =>
    scheduleLayer({ conv, lowered, blocks, tile, stored, ifmaps, weights, arch, order });
  const rough = firstFit(rankTiles(lowered[0]!, mean, arch), withTile);
  if (!rough) failToFit(work, arch);
  const schedule = refit(rough, (region) => rankTiles({ ...lowered[0]!, ...region }, mean, arch), withTile);
  const counts = countLayer(work, { operands, schedule, stored, firstPhase: weights, arch });
  const cost = layerCost({ counts, schedule, arch }, arch.reuse ? [arch.reuse] : ORDERS);
  return { operands, schedule, counts, cost };
}

const ORDERS: readonly Reuse[] = ['reuse-ifmap-first', 'reuse-weight-first'];

/** Where no order is given: as channels are listed, or by their taps alone; never by what this input happens to hold. */
function orderUnasked({ conv, weight }: Operands, arch: Arch): ChannelOrder {
  if (arch.rearrange !== 'static') return { ...ownOrder(conv.C), by: 'channel' };
  const { of, slices, mostTaps } = channelWork(conv, weight, arch);
  const { groups } = conv;
  const { rows } = arch.array;
  return orderByWork(of(undefined), slices, { groups, pixels: 1, rows, banks: wavesApart(mostTaps, arch) });
}

/** The first result there is. */
function firstFit<T, R>(list: readonly T[], attempt: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const result = attempt(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Tiles again, now that it is known what they must fill: the largest region of a partition. */
function refit(
  rough: Schedule,
  rank: (region: { rows: Rect['y']; cols: Rect['x'] }) => readonly TileSize[],
  withTile: (tile: TileSize) => Schedule | undefined,
): Schedule {
  if (rough.partitions.length === 1) return rough;
  const region = rough.partitions
    .map(({ ofmap }) => planeRegion(ofmap, rough.lowered[0]!))
    .reduce((most, next) => (area(next) > area(most) ? next : most));
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

function scheduleLayer(known: LayerFacts & Pick<Schedule, 'order'>): Schedule | undefined {
  const { conv, lowered, blocks, tile, stored, arch, order } = known;
  const sizes = wantedSizes(known);
  const blocksTogether = togetherIn(known, sizes);
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
    order,
  };
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
