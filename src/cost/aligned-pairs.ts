/**
 * Systolic arrays that pick aligned pairs from compressed streams, in closed form.
 *
 *   a fold   rows = ofmap pixels, cols = filters; PE (i, j) multiplies the pairs of window i and filter j
 *
 *   least(fold)  = the largest over PEs of  max( pairs,  max(groups, non-zeros of both - pairs - groups) / selectorClock )
 *   time         = sum of least x stall(depth, densities) + (rows + cols) / selectorClock
 *
 * A PE needs a multiplier cycle a pair and a selector cycle a head dropped, or two where both go on: for a pair, and at
 * the end of each group of 16. Folds follow one another without a gap, so the way across is paid once. FIFOs that fill
 * hold neighbours back: that share is measured on the stepped array.
 */
import { type Arch, multipliers } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { type Operands, operandsOf } from '../schedule/schedule.ts';
import { weightCount } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import { stallFactor } from './aligned-stalls.ts';
import { wayAcross } from './aligned-stepped.ts';
import { GROUP } from './aligned-stream.ts';
import { closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { streamed } from './streamed.ts';
import {
  CHUNK_WORDS,
  filterMasks,
  maskedOnes,
  matches,
  ofmapPositions,
  windowReader,
  windowShape,
} from './window-masks.ts';

export interface Aligned {
  readonly depth: number; // of each FIFO
  readonly selectorClock: number;
  /** Bits that say where a value stands in its group, and whether it is the group's last. */
  readonly indexBits: number;
}

/** What a PE cannot avoid, given the non-zeros of both its streams. */
export const leastCycles = (
  { pairs, ones, groups }: { readonly pairs: number; readonly ones: number; readonly groups: number },
  { selectorClock }: Pick<Aligned, 'selectorClock'>,
): number => Math.max(pairs, Math.max(groups, ones - pairs - groups) / selectorClock);

export function alignedPairsCost(work: LayerWork, arch: Arch, machine: Aligned): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const [P, Q] = ofmapPositions(conv);
  const { folds, least, windowOnes, sent } = foldTimes(operands, arch, machine);
  const windows = P * Q * ifmaps.length * conv.groups;
  const density = {
    ifmap: windowOnes / (windows * windowShape(conv, 1).bits),
    weight: countNonZeros(weight) / weightCount(conv),
  };
  const macsEffectual = effectualMacs(operands);
  const entry = (nonZeros: number, wordBits: number): number =>
    Math.ceil((nonZeros * (wordBits + machine.indexBits)) / 8);
  const ones = (list: LayerWork['ifmaps']): number => list.reduce((sum, map) => sum + countNonZeros(map), 0);
  const stored = {
    ifmap: entry(ones(ifmaps), arch.wordBits.ifmap),
    weight: entry(countNonZeros(weight), arch.wordBits.weight),
    ofmap: entry(ones(work.ofmaps), arch.wordBits.ofmap),
  };
  const perGroup = conv.K / conv.groups;
  const ifmapReads = sent.ifmap * Math.ceil(perGroup / arch.array.cols);
  const weightReads = sent.weight * Math.ceil((P * Q * ifmaps.length) / arch.array.rows);
  return closedForm(
    {
      computeCycles: least * stallFactor(machine.depth, density) + wayAcross({ ...arch.array, ...machine }),
      macsEffectual,
      macsIssued: least * multipliers(arch),
      macsActive: macsEffectual,
      ...streamed(stored, arch),
      tile: [1, arch.array.rows],
      waves: folds,
      weightAccesses: weightReads * arch.array.rows + macsEffectual,
      psumAccesses: 2 * macsEffectual,
      hops: ifmapReads * arch.array.cols + weightReads * arch.array.rows,
      bufferBits: {
        ifmap: ifmapReads * (arch.wordBits.ifmap + machine.indexBits),
        weight: weightReads * (arch.wordBits.weight + machine.indexBits),
        ofmap: P * Q * ifmaps.length * conv.K * arch.wordBits.ofmap,
      },
    },
    arch,
  );
}

interface Folds {
  readonly folds: number;
  /** Cycles of the slowest PE of each fold, whole ones, summed. */
  readonly least: number;
  readonly windowOnes: number; // non-zeros of every window, padding left out
  /** Elements of every window, and of every filter: a group without a non-zero sends one too. */
  readonly sent: { readonly ifmap: number; readonly weight: number };
}

function foldTimes({ conv, ifmaps, weight }: Operands, { array }: Arch, machine: Aligned): Folds {
  const shape = windowShape(conv, CHUNK_WORDS);
  const { words } = shape;
  const masks = filterMasks(weight, conv, shape);
  const perGroup = conv.K / conv.groups;
  const groups = Math.ceil(shape.bits / GROUP);
  const filters = Array.from({ length: conv.K }, (_, k) => masks.subarray(k * words, (k + 1) * words));
  const filterOnes = filters.map(maskedOnes);
  const [P, Q] = ofmapPositions(conv);
  const pixels = P * Q * ifmaps.length;
  let [folds, least, windowOnes, empty] = [0, 0, 0, 0];
  for (let group = 0; group < conv.groups; group++) {
    const read = ifmaps.map((ifmap) => windowReader(ifmap, conv, group));
    for (let first = 0; first < pixels; first += array.rows) {
      const windows = Array.from({ length: Math.min(array.rows, pixels - first) }, (_, i) => {
        const mask = new Int32Array(words);
        const at = (first + i) % (P * Q);
        read[Math.floor((first + i) / (P * Q))]!(Math.floor(at / Q), at % Q, mask);
        const ones = maskedOnes(mask);
        windowOnes += ones;
        empty += emptyGroups(mask, groups);
        return { mask, ones };
      });
      for (let k = 0; k < perGroup; k += array.cols) {
        let slowest = 0;
        for (
          let filter = group * perGroup + k;
          filter < group * perGroup + Math.min(perGroup, k + array.cols);
          filter++
        )
          for (const window of windows) {
            const pairs = matches(window.mask, masks, filter * words);
            const ones = window.ones + filterOnes[filter]!;
            slowest = Math.max(slowest, leastCycles({ pairs, ones, groups }, machine));
          }
        folds++;
        least += Math.ceil(slowest);
      }
    }
  }
  const weightSent = filters.reduce((sum, mask, k) => sum + filterOnes[k]! + emptyGroups(mask, groups), 0);
  return { folds, least, windowOnes, sent: { ifmap: windowOnes + empty, weight: weightSent } };
}

/** Of the first `groups` halves of a mask's words, those without a bit. */
function emptyGroups(mask: Int32Array, groups: number): number {
  let empty = 0;
  for (let w = 0; 2 * w < groups; w++) {
    if ((mask[w]! & 0xffff) === 0) empty++;
    if (2 * w + 1 < groups && mask[w]! >>> 16 === 0) empty++;
  }
  return empty;
}
