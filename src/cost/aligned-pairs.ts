/**
 * Systolic arrays that pick aligned pairs from compressed streams, in closed form.
 *
 *   a fold   rows = ofmap pixels, cols = filters; PE (i, j) multiplies the pairs of window i and filter j
 *
 *   least(fold)  = the largest over PEs of  max( pairs,  (window + filter - pairs) / selectorClock )
 *   time(fold)   = least x stall(depth, densities) + (rows + cols - 2) / selectorClock
 *
 * A PE needs a multiplier cycle a pair and a selector cycle a head dropped or paired; with FIFOs that never fill, the
 * slowest PE sets the time. FIFOs that do fill hold neighbours back: that share is measured on the stepped array.
 */
import { type Arch, multipliers } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { type Operands, operandsOf } from '../schedule/schedule.ts';
import { weightCount } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import { stallFactor } from './aligned-stalls.ts';
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

/** Selector cycles that pass before a multiplier cycle does, and so on: what the slowest PE of a fold cannot avoid. */
export const leastCycles = (
  pairs: number,
  streams: number,
  { selectorClock }: Pick<Aligned, 'selectorClock'>,
): number => Math.max(pairs, (streams - pairs) / selectorClock);

export function alignedPairsCost(work: LayerWork, arch: Arch, machine: Aligned): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const [P, Q] = ofmapPositions(conv);
  const { folds, least, windowOnes } = foldTimes(operands, arch, machine);
  const windows = P * Q * ifmaps.length * conv.groups;
  const density = {
    ifmap: windowOnes / (windows * windowShape(conv, 1).bits),
    weight: countNonZeros(weight) / weightCount(conv),
  };
  const skew = (arch.array.rows + arch.array.cols - 2) / machine.selectorClock;
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
  const ifmapReads = windowOnes * Math.ceil(perGroup / arch.array.cols);
  const weightReads = countNonZeros(weight) * Math.ceil((P * Q * ifmaps.length) / arch.array.rows);
  return closedForm(
    {
      computeCycles: least * stallFactor(machine.depth, density) + folds * skew,
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
}

function foldTimes({ conv, ifmaps, weight }: Operands, { array }: Arch, machine: Aligned): Folds {
  const shape = windowShape(conv, CHUNK_WORDS);
  const { words } = shape;
  const masks = filterMasks(weight, conv, shape);
  const perGroup = conv.K / conv.groups;
  const filterOnes = Array.from({ length: conv.K }, (_, k) =>
    maskedOnes(masks.subarray(k * words, (k + 1) * words)),
  );
  const [P, Q] = ofmapPositions(conv);
  const pixels = P * Q * ifmaps.length;
  let [folds, least, windowOnes] = [0, 0, 0];
  for (let group = 0; group < conv.groups; group++) {
    const read = ifmaps.map((ifmap) => windowReader(ifmap, conv, group));
    for (let first = 0; first < pixels; first += array.rows) {
      const windows = Array.from({ length: Math.min(array.rows, pixels - first) }, (_, i) => {
        const mask = new Int32Array(words);
        const at = (first + i) % (P * Q);
        read[Math.floor((first + i) / (P * Q))]!(Math.floor(at / Q), at % Q, mask);
        return { mask, ones: maskedOnes(mask) };
      });
      windowOnes += windows.reduce((sum, { ones }) => sum + ones, 0);
      for (let k = 0; k < perGroup; k += array.cols) {
        let slowest = 0;
        for (
          let filter = group * perGroup + k;
          filter < group * perGroup + Math.min(perGroup, k + array.cols);
          filter++
        )
          for (const { mask, ones } of windows) {
            const pairs = matches(mask, masks, filter * words);
            slowest = Math.max(slowest, leastCycles(pairs, ones + filterOnes[filter]!, machine));
          }
        folds++;
        least += Math.ceil(slowest);
      }
    }
  }
  return { folds, least, windowOnes };
}
