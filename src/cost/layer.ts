/** Time, traffic and activity of one layer under a schedule, in the better order of reuse. */
import type { Arch } from '../arch/arch.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { bits, bytes, cycles, macs, words } from '../units.ts';
import type { Activity } from './activity.ts';
import { arrayTime } from './array-time.ts';
import type { LayerCounts } from './count-layer.ts';
import { type Done, multiplied, tallied } from './done.ts';
import { emissionCycles } from './emission.ts';
import type { ArrayTime } from './free-rows.ts';
import type { BoundBy, LayerCost, Reuse, Traffic } from './layer-cost.ts';
import { layerPasses, passPlaces } from './passes.ts';
import { pipelineCycles, type Step, type StepPass, streamCycles } from './pipeline.ts';
import { inReuseOrder, nonEmptyChannels, type OrderedPass, type ReuseInputs } from './reuse-order.ts';

/** What a layer's passes move in an order of reuse. */
interface Moved {
  readonly reuse: Reuse;
  readonly order: readonly OrderedPass[];
  readonly traffic: Traffic;
}

/** Partition Reuse: the order that moves fewer bytes; of two that move the same, the faster. Only those are timed. */
export function layerCost(inputs: ReuseInputs, orders: readonly Reuse[]): LayerCost {
  const { counts, schedule } = inputs;
  const places = passPlaces(counts, schedule);
  const moved = orders.map((reuse): Moved => {
    const order = inReuseOrder(inputs, places, reuse);
    return { reuse, order, traffic: trafficOf(order, counts, schedule) };
  });
  const least = Math.min(...moved.map(({ traffic }) => traffic.total));
  const [first, ...others] = moved.filter(({ traffic }) => traffic.total === least);
  return others
    .filter((other) => !isSame(first!.order, other.order))
    .map((other) => timed(inputs, other))
    .reduce((best, next) => (next.cycles < best.cycles ? next : best), timed(inputs, first!));
}

const isSame = (a: readonly OrderedPass[], b: readonly OrderedPass[]): boolean =>
  a.every(({ pass, load, store }, i) => {
    const other = b[i]!;
    return pass === other.pass && load === other.load && store === other.store;
  });

function timed(inputs: ReuseInputs, { reuse, order, traffic }: Moved): LayerCost {
  const { counts, schedule, arch } = inputs;
  const done: Done = { waves: 0, slots: 0, macsIssued: 0, psumsDrained: 0 };
  const places = order.map(({ pass }) => pass);
  const passes = tallied(layerPasses(counts, schedule, arch, places), schedule, done);
  const { ends, cycles: onArray, busy } = arrayTime(passes, counts, arch);
  const computeCycles = cycles(onArray + arch.array.rows + arch.array.cols - 2); // with the skew
  const steps = pipelineSteps(inputs, order, { ends, total: computeCycles });
  const dram = streamCycles(traffic, arch);
  return {
    cycles: cycles(pipelineCycles(steps, arch)),
    computeCycles,
    dramCycles: cycles(dram),
    boundBy: busiest({ ...busy, emission: emissionOf(steps), dram }),
    dataflow: reuse,
    tile: schedule.tile,
    waves: done.waves,
    macsEffectual: macs(counts.macsEffectual),
    macsIssued: macs(done.macsIssued),
    traffic,
    activity: activityOf(inputs, traffic, done),
  };
}

/** Passes as steps of the pipeline; one that waits for nothing from DRAM belongs to the step before it. */
function pipelineSteps(
  { counts, schedule, arch }: ReuseInputs,
  order: readonly OrderedPass[],
  { ends, total }: { readonly ends: readonly number[]; readonly total: number },
): readonly Step[] {
  const steps: { passes: StepPass[]; ifmap: number; weight: number; ofmap: number }[] = [];
  let before = 0;
  for (const [i, { pass, load, ifmap, store }] of order.entries()) {
    // The last drain, and the way to the far corner of the array, fall to the last pass.
    const end = i === order.length - 1 ? total : ends[i]!;
    const reads = pass.lastChunk ? counts.partitions[pass.partition]!.psumsRead : 0;
    const done = { compute: end - before, emit: emissionCycles(schedule.blocks[pass.block]!, reads, arch) };
    const open = steps.at(-1);
    if (open && load === 0) {
      open.passes.push(done);
      open.ofmap += store;
    } else steps.push({ passes: [done], ifmap, weight: load - ifmap, ofmap: store });
    before = end;
  }
  return steps;
}

const emissionOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, { passes }) => passes.reduce((all, { emit }) => all + emit, sum), 0);

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

type Busy = ArrayTime['busy'] & { readonly emission: number; readonly dram: number };

/** The resource with the most busy cycles sets the pace. */
function busiest({ compute, weights, drain, emission, dram }: Busy): BoundBy {
  const busy: readonly [BoundBy, number][] = [
    ['compute', compute],
    ['weights', weights],
    ['drain', Math.max(drain, emission)],
    ['dram', dram],
  ];
  return busy.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/** Bits a weight takes in the weight buffer: its value, and which tap it is. */
const tapBits = ({ wordBits, pe }: Arch): number => wordBits.weight + Math.ceil(Math.log2(pe.weightDepth));
const ACCUMULATOR_BITS = 32;

function activityOf({ counts, schedule, arch }: ReuseInputs, traffic: Traffic, done: Done): Activity {
  const { macs: carriedOut, tapsLoaded, streamedBits } = multiplied(counts, schedule);
  const drained = done.psumsDrained;
  return {
    macs: macs(carriedOut),
    weightAccesses: words(carriedOut + tapsLoaded),
    psumAccesses: words(2 * carriedOut + drained * arch.array.rows),
    // Operations step east past every column, psums south past every row, weights half the rows on average.
    hops: words(
      done.slots * arch.array.cols +
        drained * arch.array.rows +
        Math.ceil((tapsLoaded * arch.array.rows) / 2),
    ),
    bufferBits: {
      ifmap: bits(8 * traffic.ifmap + streamedBits),
      weight: bits(8 * traffic.weight + tapsLoaded * tapBits(arch)),
      ofmap: bits(2 * drained * ACCUMULATOR_BITS + 8 * counts.ofmapBytes),
    },
    dramBits: { read: bits(8 * (traffic.ifmap + traffic.weight)), write: bits(8 * traffic.ofmap) },
  };
}
