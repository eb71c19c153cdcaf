/** Time, traffic and activity of one layer under a schedule, for both orders of reuse. */
import type { Arch } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { bits, bytes, cycles, macs, words } from '../units.ts';
import type { Activity } from './activity.ts';
import { arrayTime } from './array-time.ts';
import type { LayerCounts } from './count-layer.ts';
import type { ArrayTime } from './free-rows.ts';
import type { BoundBy, LayerCost, Reuse, Traffic } from './layer-cost.ts';
import type { Pass } from './passes.ts';
import { pipelineCycles, type Step } from './pipeline.ts';
import { inReuseOrder, nonEmptyChannels, type OrderedPass, type ReuseInputs } from './reuse-order.ts';

/** The cost of running the passes in the order that `reuse` asks for. */
export function layerCost(inputs: ReuseInputs, reuse: Reuse): LayerCost {
  const { counts, schedule, arch } = inputs;
  const order = inReuseOrder(inputs, reuse);
  const {
    ends,
    cycles: onArray,
    busy,
  } = arrayTime(
    order.map(({ pass }) => pass),
    counts,
    arch,
  );
  const skew = arch.array.rows + arch.array.cols - 2;

  const steps = pipelineSteps(order, ends, onArray + skew);

  const traffic = trafficOf(order, counts, schedule);
  const computeCycles = cycles(onArray + skew);
  const dram = dramCycles(traffic.total, arch.dram, arch.clock);
  const sum = (of: (pass: Pass) => number): number => order.reduce((total, { pass }) => total + of(pass), 0);
  return {
    cycles: cycles(pipelineCycles(steps, arch)),
    computeCycles,
    dramCycles: dram,
    boundBy: busiest(busy, dram),
    dataflow: reuse,
    tile: schedule.tile,
    waves: sum(({ tiles }) => tiles.reduce((total, { waves }) => total + waves, 0)),
    macsEffectual: macs(counts.macsEffectual),
    macsIssued: macs(sum((pass) => pass.slots * filtersPerChannel(schedule.blocks[pass.block]!, schedule))),
    traffic,
    activity: activityOf(inputs, traffic),
  };
}

/** Passes as steps of the pipeline; one that waits for nothing from DRAM belongs to the step before it. */
function pipelineSteps(order: readonly OrderedPass[], ends: Float64Array, total: number): readonly Step[] {
  const steps: { compute: number; load: number; store: number }[] = [];
  let before = 0;
  for (const [i, { load, store }] of order.entries()) {
    // The last drain, and the way to the far corner of the array, fall to the last pass.
    const end = i === order.length - 1 ? total : ends[i]!;
    const open = steps.at(-1);
    if (open && load === 0) {
      open.compute += end - before;
      open.store += store;
    } else steps.push({ compute: end - before, load, store });
    before = end;
  }
  return steps;
}

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
function busiest({ compute, weights, drain }: ArrayTime['busy'], dram: number): BoundBy {
  const busy: readonly [BoundBy, number][] = [
    ['compute', compute],
    ['weights', weights],
    ['drain', drain],
    ['dram', dram],
  ];
  return busy.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/** Bits a weight takes in the weight buffer: its value, and which tap it is. */
const tapBits = ({ wordBits, pe }: Arch): number => wordBits.weight + Math.ceil(Math.log2(pe.weightDepth));
const ACCUMULATOR_BITS = 32;

function activityOf({ counts, schedule, passes, arch }: ReuseInputs, traffic: Traffic): Activity {
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
