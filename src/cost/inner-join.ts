/**
 * Machines that join bit masks chunk by chunk, in closed form: each unit finds the positions where both are not zero.
 *
 *   a cluster takes one ofmap position; each of its units holds a filter, or a pair of them
 *
 *   chunk    time = the unit with the most matches, of all its filters, but no less than the cycle that sends the chunk
 *   cluster  time = the sum over its chunks, filter groups and positions
 *   layer    time = the slowest cluster
 *
 * Greedy balancing sorts filters by density and pairs the densest with the sparsest, so that units get alike sums.
 */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { type Operands, operandsOf } from '../schedule/schedule.ts';
import { type ConvShape, weightCount } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import { closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { streamed } from './streamed.ts';
import {
  CHUNK_WORDS,
  filterMasks,
  maskedOnes,
  ofmapPositions,
  onesInFour,
  type WindowShape,
  windowReader,
  windowShape,
} from './window-masks.ts';

/** How filters share the units of a cluster: as they come, or sorted by density and paired. */
export type Balance = 'none' | 'greedy';

/** Filters of each unit, for each turn of the units, one channel group after another. */
export interface Turn {
  readonly channelGroup: number;
  readonly units: readonly (readonly number[])[];
}

export function filterTurns(
  masks: Int32Array,
  conv: ConvShape,
  { units, balance }: { readonly units: number; readonly balance: Balance },
): readonly Turn[] {
  const perGroup = conv.K / conv.groups;
  const turns: Turn[] = [];
  for (let channelGroup = 0; channelGroup < conv.groups; channelGroup++) {
    const filters = Array.from({ length: perGroup }, (_, k) => channelGroup * perGroup + k);
    const shared =
      balance === 'greedy' && perGroup > units
        ? paired(filters, masks, masks.length / conv.K)
        : filters.map((k) => [k]);
    for (let first = 0; first < shared.length; first += units)
      turns.push({ channelGroup, units: shared.slice(first, first + units) });
  }
  return turns;
}

/** The densest filter with the sparsest, the second densest with the second sparsest ... */
function paired(
  filters: readonly number[],
  masks: Int32Array,
  words: number,
): readonly (readonly number[])[] {
  const nonZeros = new Map(filters.map((k) => [k, maskedOnes(masks.subarray(k * words, (k + 1) * words))]));
  const order = filters.toSorted((a, b) => nonZeros.get(b)! - nonZeros.get(a)!);
  return Array.from({ length: Math.ceil(order.length / 2) }, (_, i) => {
    const other = order.length - 1 - i;
    return other > i ? [order[i]!, order[other]!] : [order[i]!];
  });
}

export function innerJoinCost(work: LayerWork, arch: Arch, balance: Balance): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const [P, Q] = ofmapPositions(conv);
  const shape = windowShape(conv, CHUNK_WORDS);
  const masks = filterMasks(weight, conv, shape);
  const turns = filterTurns(masks, conv, { units: arch.array.cols, balance });
  const cycles = innerJoinCycles(operands, { shape, masks, turns }, arch);
  const macsEffectual = effectualMacs(operands);
  const stored = {
    ifmap: sum(ifmaps, (ifmap) => masked(ifmap.length, countNonZeros(ifmap), arch.wordBits.ifmap)),
    weight: masked(weightCount(conv), maskedOnes(masks), arch.wordBits.weight),
    ofmap: sum(work.ofmaps, (ofmap) => masked(ofmap.length, countNonZeros(ofmap), arch.wordBits.ofmap)),
  };
  const positions = P * Q * ifmaps.length;
  return closedForm(
    {
      computeCycles: cycles.slowest,
      macsEffectual,
      macsIssued: cycles.all * arch.array.cols,
      macsActive: macsEffectual,
      ...streamed(stored, arch),
      tile: [1, 1],
      waves: positions * turns.length,
      weightAccesses: macsEffectual,
      psumAccesses: 2 * macsEffectual,
      hops: 0,
      bufferBits: {
        // A position's chunks are sent once a turn of the units; units read filters from their own memory.
        ifmap: positions * turns.length * shape.words * 32 + macsEffectual * arch.wordBits.ifmap,
        weight: 8 * stored.weight * Math.min(arch.array.rows, positions),
        ofmap: positions * conv.K * arch.wordBits.ofmap,
      },
    },
    arch,
  );
}

/** The dense twin: the same units, filters one a unit, one product a cycle and none skipped; DRAM not counted. */
export function denseJoinCycles(work: LayerWork, { array }: Arch): number {
  const { conv, ifmaps } = operandsOf(work);
  const [P, Q] = ofmapPositions(conv);
  const turns = Math.ceil(conv.K / conv.groups / array.cols) * conv.groups;
  return Math.ceil((P * Q * ifmaps.length * turns) / array.rows) * windowShape(conv, 1).bits;
}

/** Bytes of a mask and its non-zeros. */
const masked = (positions: number, nonZeros: number, wordBits: number): number =>
  Math.ceil((positions + nonZeros * wordBits) / 8);

const sum = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((total, each) => total + of(each), 0);

interface JoinCycles {
  readonly slowest: number; // cluster
  readonly all: number; // clusters, summed
}

interface Joined {
  readonly shape: WindowShape;
  readonly masks: Int32Array;
  readonly turns: readonly Turn[];
}

/** Tasks are (position, turn of the units), dealt to the clusters in equal runs. */
function innerJoinCycles(
  { conv, ifmaps }: Pick<Operands, 'conv' | 'ifmaps'>,
  { shape, masks, turns }: Joined,
  arch: Arch,
): JoinCycles {
  const [P, Q] = ofmapPositions(conv);
  const clusters = new Float64Array(arch.array.rows);
  const tasks = ifmaps.length * P * Q * turns.length;
  const window = new Int32Array(shape.words);
  for (const [n, ifmap] of ifmaps.entries())
    for (let channelGroup = 0; channelGroup < conv.groups; channelGroup++) {
      const read = windowReader(ifmap, conv, channelGroup);
      const mine = [...turns.entries()].filter(([, turn]) => turn.channelGroup === channelGroup);
      for (let at = 0; at < P * Q; at++) {
        read(Math.floor(at / Q), at % Q, window);
        for (const [t, { units }] of mine) {
          const task = (n * P * Q + at) * turns.length + t;
          clusters[Math.floor((task * clusters.length) / tasks)]! += joinTurn(window, masks, units);
        }
      }
    }
  return { slowest: Math.max(...clusters), all: clusters.reduce((a, b) => a + b, 0) };
}

/** One window against the filters of the units: chunk after chunk, each as long as its slowest unit. */
function joinTurn(window: Int32Array, masks: Int32Array, units: readonly (readonly number[])[]): number {
  const { length } = window;
  let cycles = 0;
  for (let chunk = 0; chunk < length; chunk += CHUNK_WORDS) {
    const [a, b, c, d] = [window[chunk]!, window[chunk + 1]!, window[chunk + 2]!, window[chunk + 3]!];
    let most = 1;
    for (let u = 0; u < units.length; u++) {
      const filters = units[u]!;
      let matches = 0;
      for (let f = 0; f < filters.length; f++) {
        const at = filters[f]! * length + chunk;
        matches += onesInFour(a & masks[at]!, b & masks[at + 1]!, c & masks[at + 2]!, d & masks[at + 3]!);
      }
      if (matches > most) most = matches;
    }
    cycles += most;
  }
  return cycles;
}
