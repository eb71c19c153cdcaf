/**
 * An im2col unit before an output-stationary systolic array that skips whole zero columns: closed form.
 *
 *   unit     rows x f PEs: `rows` ofmap pixels (a block) by f filters (a block of the weights)
 *   step     one tap k = (c, r, s): rows x f products; a zero among them is gated, not skipped
 *   skipped  where all f weights of the tap are zero, or all pixels of the block read zero there
 *
 *   time     = the slowest unit's sum over its pixel blocks and all weight blocks of the steps left + skew
 *
 * Few filters would leave a tall array idle, so it is cut into units of as many filters as there are, each with pixels
 * of its own. Accumulators in a PE hold further pixel blocks, so a weight column is read once for each of them.
 */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { columnBlocks } from '../schedule/blocks.ts';
import { operandsOf } from '../schedule/schedule.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { ofmapWords, wordBytes } from './sizes.ts';
import { streamed } from './streamed.ts';
import { type WindowBlocks, windowBlocks } from './window-blocks.ts';

export interface Im2colArray {
  readonly accumulators: number; // of a PE: pixel blocks that share one reading of the weights
}

const PSUM_BITS = 32;

/** Units the array is cut into, and the filters of each. */
export function unitsOf({ K, groups }: ConvShape, { rows, cols }: Arch['array']) {
  const filters = Math.min(cols, Math.max(rows, K / groups));
  return { units: Math.max(1, Math.floor(cols / filters)), filters };
}

export function im2colCost(work: LayerWork, arch: Arch, { accumulators }: Im2colArray): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const { array, wordBits } = arch;
  const { units, filters } = unitsOf(conv, array);
  const window = windowBlocks(ifmaps, conv, { pixels: array.rows, units });
  const taken = countSteps(window, columnsHeld(weight, conv, filters), conv);
  const stored = {
    ifmap: wordBytes(conv.C * conv.H * conv.W * ifmaps.length, wordBits.ifmap),
    weight: wordBytes(taken.storedWeights, wordBits.weight) + Math.ceil(taken.columns / 8),
    ofmap: wordBytes(ofmapWords(work.ofmaps), wordBits.ofmap),
  };
  const effectual = effectualMacs(operands);
  return closedForm(
    {
      computeCycles: Math.max(...taken.steps) + array.rows + filters - 2,
      macsEffectual: effectual,
      macsIssued: taken.slots,
      macsActive: effectual, // a product with a zero is gated
      ...streamed(stored, arch),
      tile: [array.rows, filters],
      waves: window.blocks * taken.blocks,
      weightAccesses: taken.slots,
      psumAccesses: 2 * effectual,
      hops: 2 * taken.slots,
      bufferBits: {
        ifmap: wordBits.ifmap * array.rows * taken.steps.reduce((sum, steps) => sum + steps, 0),
        weight: (wordBits.weight * taken.weightReads) / accumulators,
        ofmap: PSUM_BITS * ofmapWords(work.ofmaps),
      },
    },
    arch,
  );
}

interface HeldColumns {
  readonly block: readonly [first: number, end: number]; // filters
  readonly channel: number; // the first that they read
  readonly held: Uint8Array; // 1 where some filter of the block has a weight at the tap
}

/** For each block of filters, the taps at which not all of it is zero. */
function* columnsHeld(weight: Int8Array, conv: ConvShape, filters: number): Generator<HeldColumns> {
  const channels = conv.C / conv.groups;
  const taps = channels * conv.R * conv.S;
  for (const [k0, k1] of columnBlocks(conv, filters)) {
    const held = new Uint8Array(taps);
    for (let k = k0; k < k1; k++) {
      const row = weight.subarray(k * taps, (k + 1) * taps);
      for (let t = 0; t < taps; t++) held[t]! |= row[t] === 0 ? 0 : 1;
    }
    yield { block: [k0, k1], channel: Math.floor((k0 * conv.groups) / conv.K) * channels, held };
  }
}

interface Steps {
  readonly steps: Float64Array; // by unit
  readonly slots: number; // pixels x filters over all steps
  readonly weightReads: number; // words, were there one accumulator a PE
  readonly storedWeights: number; // words of the columns that are not all zero
  readonly columns: number; // a bit each says whether one is stored
  readonly blocks: number; // of filters
}

function countSteps(window: WindowBlocks, columns: Iterable<HeldColumns>, { R, S }: ConvShape): Steps {
  const steps = new Float64Array(window.kept.length);
  const sum = { slots: 0, weightReads: 0, storedWeights: 0, columns: 0, blocks: 0 };
  for (const { block, channel, held } of columns) {
    const [filters, from] = [block[1] - block[0], channel * R * S];
    let stored = 0;
    for (let t = 0; t < held.length; t++) {
      if (held[t] === 0) continue;
      stored++;
      sum.slots += window.pixels[from + t]! * filters;
      for (let unit = 0; unit < steps.length; unit++) {
        const kept = window.kept[unit]![from + t]!;
        steps[unit]! += kept;
        sum.weightReads += kept * filters;
      }
    }
    sum.storedWeights += stored * filters;
    sum.columns += held.length;
    sum.blocks++;
  }
  return { steps, ...sum };
}
