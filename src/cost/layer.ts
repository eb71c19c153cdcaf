/** Time, traffic and activity of one layer under a schedule, for both orders of reuse. */
import type { Arch } from '../arch/arch.ts';
import { multipliers } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { bits, bytes, cycles, macs, words } from '../units.ts';
import type { Activity } from './activity.ts';
import type { LayerCounts } from './count-layer.ts';
import type { BoundBy, LayerCost, Reuse, Traffic } from './layer-cost.ts';
import type { Pass } from './passes.ts';
import { pipelineCycles, type Step } from './pipeline.ts';
import { fetchedBytes } from './sizes.ts';
import { chainTiles } from './timing.ts';

export interface CostInputs {
  readonly counts: LayerCounts;
  readonly schedule: Schedule;
  readonly passes: readonly Pass[];
  readonly arch: Arch;
}

/** The cost of running the passes in the order that `reuse` asks for. */
export function layerCost(inputs: CostInputs, reuse: Reuse): LayerCost {
  const { counts, schedule, arch } = inputs;
  const order = inReuseOrder(inputs, reuse);
  const tiles = order.flatMap(({ pass }) => pass.tiles);
  const { ends, cycles: onArray } = chainTiles(tiles, arch);
  const skew = arch.array.rows + arch.array.cols - 2;

  let tile = 0;
  let before = 0;
  const steps: Step[] = order.map(({ pass, load, store }) => {
    tile += pass.tiles.length;
    const end = tile > 0 ? ends[tile - 1]! : 0;
    const step = { compute: end - before, load, store };
    before = end;
    return step;
  });
  const tail = onArray - before + skew; // the last drain, and the far corner of the array
  const last = steps.pop();
  if (last) steps.push({ ...last, compute: last.compute + tail });

  const traffic = trafficOf(order, counts, schedule);
  const computeCycles = cycles(onArray + skew);
  const dram = dramCycles(traffic.total, arch.dram, arch.clock);
  const sum = (of: (pass: Pass) => number): number => order.reduce((total, { pass }) => total + of(pass), 0);
  return {
    cycles: cycles(pipelineCycles(steps, arch)),
    computeCycles,
    dramCycles: dram,
    boundBy: busiest(tiles, dram),
    dataflow: reuse,
    tile: schedule.tile,
    waves: tiles.reduce((total, time) => total + time.waves, 0),
    macsEffectual: macs(counts.macsEffectual),
    macsIssued: macs(sum((pass) => pass.slots * filtersPerChannel(schedule.blocks[pass.block]!, schedule))),
    traffic,
    activity: activityOf(inputs, traffic),
  };
}

interface OrderedPass {
  readonly pass: Pass;
  readonly load: number; // bytes that must be on chip before it starts and were not
  readonly store: number;
  readonly ifmap: number; // share of load
}

/** Which operand stays: ifmap partitions outermost, or weight partitions outermost. */
function inReuseOrder({ counts, schedule, passes, arch }: CostInputs, reuse: Reuse): readonly OrderedPass[] {
  const burst = arch.dram.burstBytes;
  const skipsEmpty = schedule.rearrange === 'per-tile';
  const anywhere = nonEmptyChannels(counts, schedule.conv.C);
  const weights = ({ block, channels, partition }: Pass): number => {
    const first = schedule.blocks[block]!.channels[0];
    const nonEmpty = reuse === 'reuse-ifmap-first' ? counts.partitions[partition]!.nonEmpty : anywhere;
    return fetchedBytes(counts.weightBytes[block]!.channels, [channels[0] - first, channels[1] - first], {
      wanted: skipsEmpty ? (c) => nonEmpty[first + c] === 1 : () => true,
      burst,
    });
  };
  const filters = schedule.conv.K;
  const store = ({ partition, block, lastChunk }: Pass): number => {
    const [k0, k1] = schedule.blocks[block]!.filters;
    return lastChunk
      ? (counts.ofmapBytes * counts.partitions[partition]!.ofmapShare * (k1 - k0)) / filters
      : 0;
  };
  const weightPartitionOf = (block: number): number =>
    schedule.weightPartitions.findIndex(([first, end]) => block >= first && block < end);

  const sorted =
    reuse === 'reuse-ifmap-first'
      ? passes
      : passes
          .map((pass) => ({ pass, w: weightPartitionOf(pass.block) }))
          .sort((a, b) => a.w - b.w || a.pass.partition - b.pass.partition)
          .map(({ pass }) => pass);

  let [partition, held] = [-1, -1];
  const loaded = new Set<string>();
  let stored = 0;
  let owed = 0;
  return sorted.map((pass) => {
    const ifmap =
      pass.partition === partition ? 0 : burstsOf(counts.partitions[pass.partition]!.ifmapBytes, burst);
    partition = pass.partition;
    const w = weightPartitionOf(pass.block);
    const stays = reuse === 'reuse-weight-first' && schedule.channelChunks === 1;
    if (w !== held) loaded.clear();
    held = w;
    const key = `${pass.block}/${pass.channels[0]}`;
    const weight = stays && loaded.has(key) ? 0 : weights(pass);
    loaded.add(key);
    owed += store(pass);
    const write = Math.floor(owed + 1e-6) - stored;
    stored += write;
    return { pass, ifmap, load: ifmap + weight, store: write };
  });
}

const burstsOf = (n: number, burst: number): number => Math.ceil(n / burst) * burst;

function trafficOf(order: readonly OrderedPass[], counts: LayerCounts, { conv }: Schedule): Traffic {
  const ifmap = order.reduce((sum, step) => sum + step.ifmap, 0);
  const weight = order.reduce((sum, step) => sum + step.load - step.ifmap, 0);
  const ofmap = counts.ofmapBytes;
  const nonEmpty = nonEmptyChannels(counts, conv.C);
  return {
    ifmap: bytes(ifmap),
    weight: bytes(weight),
    ofmap: bytes(ofmap),
    total: bytes(ifmap + weight + ofmap),
    lowerBound: bytes(counts.ifmapBytes + wantedWeightBytes(counts, nonEmpty) + ofmap),
  };
}

/** Channels with a non-zero in any partition. */
function nonEmptyChannels({ partitions }: LayerCounts, channels: number): Uint8Array {
  const anywhere = new Uint8Array(channels);
  for (const { nonEmpty } of partitions) for (let c = 0; c < channels; c++) anywhere[c]! |= nonEmpty[c]!;
  return anywhere;
}

/** Weights of the channels that have anything to multiply, once. */
function wantedWeightBytes(counts: LayerCounts, nonEmpty: Uint8Array): number {
  let sum = 0;
  for (const { channels, first } of counts.weightBytes)
    for (let c = 0; c < channels.length; c++) if (nonEmpty[first + c]) sum += channels[c]!;
  return sum;
}

/** Filters of a block that read one of its channels: all of them, but for groups that sit side by side. */
export const filtersPerChannel = ({ filters, channels }: FilterBlock, { conv }: Schedule): number =>
  ((filters[1] - filters[0]) * (conv.C / conv.groups)) / (channels[1] - channels[0]);

/** The resource with the most busy cycles sets the pace. */
function busiest(tiles: readonly { compute: number; loads: number; drain: number }[], dram: number): BoundBy {
  const busy: [BoundBy, number][] = [
    ['compute', tiles.reduce((sum, { compute }) => sum + compute, 0)],
    ['weights', tiles.reduce((sum, { loads }) => sum + loads, 0)],
    ['drain', tiles.reduce((sum, { drain }) => sum + drain, 0)],
    ['dram', dram],
  ];
  return busy.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/** Bits a weight takes in the weight buffer: its value, and which tap it is. */
const tapBits = ({ wordBits, pe }: Arch): number => wordBits.weight + Math.ceil(Math.log2(pe.weightDepth));
const ACCUMULATOR_BITS = 32;

function activityOf({ counts, schedule, passes, arch }: CostInputs, traffic: Traffic): Activity {
  const sum = (of: (pass: Pass) => number): number => passes.reduce((total, pass) => total + of(pass), 0);
  const filtersOf = (pass: Pass): number =>
    schedule.blocks[pass.block]!.filters[1] - schedule.blocks[pass.block]!.filters[0];
  const multiplied = sum((pass) => pass.macs);
  const loaded = sum((pass) => pass.tapsLoaded);
  const drained = sum((pass) => pass.psumsDrained * filtersOf(pass));
  return {
    macs: macs(multiplied),
    weightAccesses: words(multiplied + loaded),
    psumAccesses: words(2 * multiplied + drained * arch.array.rows),
    // Operations step east past every column, psums south past every row, weights half the rows on average.
    hops: words(
      sum((pass) => pass.slots) * arch.array.cols +
        drained * arch.array.rows +
        Math.ceil((loaded * arch.array.rows) / 2),
    ),
    bufferBits: {
      ifmap: bits(8 * traffic.ifmap + sum((pass) => pass.streamedBits)),
      weight: bits(8 * traffic.weight + loaded * tapBits(arch)),
      ofmap: bits(2 * drained * ACCUMULATOR_BITS + 8 * counts.ofmapBytes),
    },
    dramBits: { read: bits(8 * (traffic.ifmap + traffic.weight)), write: bits(8 * traffic.ofmap) },
  };
}

/** Share of MAC slots, over the whole time, that multiplied a pair that mattered. */
export const utilization = ({ macsEffectual, cycles: time }: LayerCost, arch: Arch): number =>
  time === 0 ? 0 : macsEffectual / (time * multipliers(arch));
