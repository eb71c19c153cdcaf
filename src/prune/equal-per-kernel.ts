/**
 * Adaptive weight training's rule (Sense): the kernel slices that one PE row works on at a time keep equally many
 * taps in every filter, so that the PEs of the row keep step and weight zeros cost no cycle.
 * Which taps stay is each slice's own choice: its largest magnitudes. Sun et al., arXiv:2202.00389v1.
 */
import type { Slice } from '../model/sparsity.ts';
import { allot } from './allotment.ts';
import { keepLargest, type Target } from './largest.ts';
import type { Pruner } from './pruner.ts';

export const equalPerKernel: Pruner = {
  kind: 'equal-per-kernel',
  summary: 'each kernel slice keeps equally many taps in every filter, so PEs keep step',

  drop(weight, target, conv, rule) {
    const { slices, taps, singles, columnTaps } = allot(conv, rule);
    const { channels, kernel, filtersPerGroup } = extents(conv);
    const words =
      weight instanceof Int8Array ? weight : new Int32Array(weight.buffer, weight.byteOffset, weight.length);
    const scratch = { magnitude: new Int32Array(kernel), rank: new Int32Array(kernel) };
    for (let filter = 0; filter < conv.K; filter++) {
      const group = Math.floor(filter / filtersPerGroup);
      const first = filter * channels * kernel;
      for (let s = 0; s < slices.length; s++)
        for (let c = 0; c < channels; c++) {
          const keep = taps[(group * channels + c) * slices.length + s]!;
          keepTaps(words, target, { base: first + c * kernel, slice: slices[s]!, keep, scratch });
        }
      for (let s = 0; s < singles.length; s++) {
        const column = { start: first + singles[s]!, step: kernel, count: channels };
        keepLargest(weight, target, column, columnTaps[group * singles.length + s]!);
      }
    }
  },

  audit(weight, conv, rule, see) {
    const { slices, taps, singles, columnTaps } = allot(conv, rule);
    const { channels, kernel, filtersPerGroup } = extents(conv);
    for (let filter = 0; filter < conv.K; filter++) {
      const group = Math.floor(filter / filtersPerGroup);
      const first = filter * channels * kernel;
      for (let s = 0; s < slices.length; s++)
        for (let c = 0; c < channels; c++) {
          let nonZeros = 0;
          for (const position of slices[s]!) nonZeros += Number(weight[first + c * kernel + position] !== 0);
          see(nonZeros, taps[(group * channels + c) * slices.length + s]!);
        }
      for (let s = 0; s < singles.length; s++) {
        let nonZeros = 0;
        for (let c = 0; c < channels; c++) nonZeros += Number(weight[first + c * kernel + singles[s]!] !== 0);
        see(nonZeros, columnTaps[group * singles.length + s]!);
      }
    }
  },
};

const extents = (conv: { C: number; K: number; R: number; S: number; groups: number }) => ({
  channels: conv.C / conv.groups,
  kernel: conv.R * conv.S,
  filtersPerGroup: conv.K / conv.groups,
});

interface SliceAt {
  readonly base: number; // where this filter and channel's kernel begins
  readonly slice: Slice;
  readonly keep: number;
  readonly scratch: Scratch;
}

/** One entry a tap of the slice at hand. */
interface Scratch {
  readonly magnitude: Int32Array;
  readonly rank: Int32Array; // how many taps come before it: larger ones, and equal ones of lower position
}

/**
 * Zero all but the `keep` largest taps of a slice. Each pair of taps is compared once, with a subtraction whose sign
 * goes to both ranks: slices are short, and half of all branches on weights would be mispredicted.
 */
function keepTaps(words: Int8Array | Int32Array, target: Target, slice: SliceAt): void {
  const { base, slice: positions, keep } = slice;
  const { magnitude, rank } = slice.scratch;
  const { length } = positions;
  if (keep >= length) return;
  for (let j = 0; j < length; j++) {
    const own = magnitudeOf(words, base + positions[j]!);
    let before = j;
    for (let i = 0; i < j; i++) {
      const less = (magnitude[i]! - own) >> 31; // -1 where tap i is smaller, else 0
      before += less;
      rank[i] = rank[i]! - less;
    }
    magnitude[j] = own;
    rank[j] = before;
  }
  for (let j = 0; j < length; j++) if (rank[j]! >= keep) target[base + positions[j]!] = 0;
}

/** |w| as a whole number: of an int8 itself, of a float its bits without the sign, which are ordered alike. */
const magnitudeOf = (words: Int8Array | Int32Array, i: number): number =>
  words instanceof Int8Array ? Math.abs(words[i]!) : words[i]! & 0x7fff_ffff;
