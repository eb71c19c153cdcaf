/**
 * Machines whose filters share one index, in closed form: a selector picks what all PEs multiply.
 *
 *   window of a position   x . x x . x . x      neurons that are not zero
 *   index of 16 filters    x x . x . x . .      taps that any filter of the block keeps
 *   selected               x . . x . x . .      sent to every PE, `rows` of them a cycle
 *
 *   time(position, block) = the larger of  ceil(selected / rows)  and  ceil(window / (SCAN * rows))
 *
 * Every PE holds one filter of the block, so all PEs finish together. Weights that do not share their zeros make the
 * index the union of the block's, and the PEs multiply the zeros in it.
 */
import { type Arch, multipliers } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { type Operands, operandsOf } from '../schedule/schedule.ts';
import { type ConvShape, weightCount } from '../tensor/conv.ts';
import { closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { streamed } from './streamed.ts';
import {
  filterMasks,
  maskedOnes,
  ofmapPositions,
  onesIn,
  type WindowShape,
  windowReader,
  windowShape,
} from './window-masks.ts';

/** Places of a window that the selector looks at in a cycle, for each value it may select. */
const SCAN = 16;

/** Filters that are on the PEs at one time, and the taps that any of them keeps. */
interface Block {
  readonly channelGroup: number;
  readonly filters: number;
  readonly index: Int32Array;
}

export function sharedIndexCost(work: LayerWork, arch: Arch): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const shape = windowShape(conv, 1);
  const blocks = indexBlocks(weight, conv, { shape, filters: arch.array.cols });
  const { cycles, selected, multiplied } = selections(operands, { shape, blocks }, arch);
  const values = (list: readonly { readonly length: number }[]): number =>
    list.reduce((sum, { length }) => sum + length, 0);
  const kept = blocks.reduce((sum, { index, filters }) => sum + maskedOnes(index) * filters, 0);
  const indexBits = (weightCount(conv) / conv.K) * blocks.length; // a bit a tap and block
  const stored = {
    ifmap: Math.ceil((values(ifmaps) * arch.wordBits.ifmap) / 8),
    weight: Math.ceil((kept * arch.wordBits.weight + indexBits) / 8),
    ofmap: Math.ceil((values(work.ofmaps) * arch.wordBits.ofmap) / 8),
  };
  const [P, Q] = ofmapPositions(conv);
  const positions = P * Q * ifmaps.length;
  return closedForm(
    {
      computeCycles: cycles,
      macsEffectual: effectualMacs(operands),
      macsIssued: cycles * multipliers(arch),
      macsActive: multiplied,
      ...streamed(stored, arch),
      tile: [1, 1],
      waves: positions * blocks.length,
      weightAccesses: multiplied,
      psumAccesses: 2 * positions * conv.K,
      hops: selected * arch.array.cols,
      bufferBits: {
        ifmap: positions * blocks.length * shape.bits * arch.wordBits.ifmap, // the selector reads whole windows
        weight: multiplied * arch.wordBits.weight + positions * blocks.length * shape.bits,
        ofmap: positions * conv.K * arch.wordBits.ofmap,
      },
    },
    arch,
  );
}

/** The dense twin: every tap of every window, `rows` of them a cycle; DRAM not counted. */
export function denseBlockCycles(work: LayerWork, { array }: Arch): number {
  const { conv, ifmaps } = operandsOf(work);
  const [P, Q] = ofmapPositions(conv);
  const blocks = Math.ceil(conv.K / conv.groups / array.cols) * conv.groups;
  return P * Q * ifmaps.length * blocks * Math.ceil(windowShape(conv, 1).bits / array.rows);
}

/** No block reaches over a group of channels. */
function indexBlocks(
  weight: Int8Array,
  conv: ConvShape,
  { shape, filters }: { readonly shape: WindowShape; readonly filters: number },
): readonly Block[] {
  const masks = filterMasks(weight, conv, shape);
  const perGroup = conv.K / conv.groups;
  const blocks: Block[] = [];
  for (let channelGroup = 0; channelGroup < conv.groups; channelGroup++)
    for (let first = 0; first < perGroup; first += filters) {
      const count = Math.min(filters, perGroup - first);
      const index = new Int32Array(shape.words);
      for (let k = 0, at = (channelGroup * perGroup + first) * shape.words; k < count; k++)
        for (let w = 0; w < shape.words; w++, at++) index[w]! |= masks[at]!;
      blocks.push({ channelGroup, filters: count, index });
    }
  return blocks;
}

interface Selections {
  readonly cycles: number;
  readonly selected: number;
  readonly multiplied: number; // selected by every filter of the block
}

function selections(
  { conv, ifmaps }: Operands,
  { shape, blocks }: { readonly shape: WindowShape; readonly blocks: readonly Block[] },
  { array }: Arch,
): Selections {
  const [P, Q] = ofmapPositions(conv);
  const scan = Math.ceil(shape.bits / (SCAN * array.rows));
  const window = new Int32Array(shape.words);
  let [cycles, selected, multiplied] = [0, 0, 0];
  for (const ifmap of ifmaps)
    for (let channelGroup = 0; channelGroup < conv.groups; channelGroup++) {
      const read = windowReader(ifmap, conv, channelGroup);
      const mine = blocks.filter((block) => block.channelGroup === channelGroup);
      for (let at = 0; at < P * Q; at++) {
        read(Math.floor(at / Q), at % Q, window);
        for (const { index, filters } of mine) {
          let pairs = 0;
          for (let w = 0; w < index.length; w++) pairs += onesIn(window[w]! & index[w]!);
          cycles += Math.max(Math.ceil(pairs / array.rows), scan);
          selected += pairs;
          multiplied += pairs * filters;
        }
      }
    }
  return { cycles, selected, multiplied };
}
