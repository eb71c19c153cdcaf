/** Where the weights' non-zeros are: taps a PE holds, taps a row waits for, taps at each kernel position. */
import type { FilterBlock } from '../schedule/blocks.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import { mostTaps } from '../schedule/most-taps.ts';
import { countNonZeroColumns } from '../tensor/bytes.ts';
import type { ConvShape } from '../tensor/conv.ts';

export interface BlockTaps {
  /** For each virtual channel of the block: the largest number of taps any of its filters has. */
  readonly most: Uint8Array;
  /** The same summed over the block's filters. */
  readonly all: Uint16Array;
}

export interface WeightCounts {
  readonly blocks: readonly BlockTaps[];
  /** For each channel and kernel position r * S + s: filters with a tap there. */
  readonly atPosition: Int32Array;
}

export function countWeights(
  weight: Int8Array,
  conv: ConvShape,
  { slices }: LoweredLayer,
  blocks: readonly FilterBlock[],
): WeightCounts {
  const positions = conv.R * conv.S;
  const perFilter = (conv.C / conv.groups) * positions;
  const perGroup = conv.K / conv.groups;
  const sliceOf = new Int32Array(positions);
  for (const [s, slice] of slices.entries()) for (const tap of slice.taps) sliceOf[tap.weight] = s;
  const atPosition = new Int32Array(conv.C * positions);

  const countBlock = ({ filters, channels }: FilterBlock): BlockTaps => {
    const size = (channels[1] - channels[0]) * slices.length;
    const [most, all] = [new Uint8Array(size), new Uint16Array(size)];
    // Filters of one group read the same channels: a matrix whose columns are counted.
    for (let k = filters[0]; k < filters[1]; ) {
      const group = Math.floor(k / perGroup);
      const end = Math.min(filters[1], (group + 1) * perGroup);
      const mine = weight.subarray(k * perFilter, end * perFilter);
      const held = countNonZeroColumns(mine, perFilter);
      const first = group * perFilter;
      for (let i = 0; i < perFilter; i++) atPosition[first + i]! += held[i]!;
      const v = (first / positions - channels[0]) * slices.length;
      for (let i = 0, from = v; i < perFilter; i += positions, from += slices.length)
        for (let at = 0; at < positions; at++) all[from + sliceOf[at]!]! += held[i + at]!;
      if (positions === 1) for (let c = 0; c < perFilter; c++) most[v + c] = Math.min(1, held[c]!);
      else most.set(mostTaps({ weight: mine, channels: perFilter / positions, positions }, slices), v);
      k = end;
    }
    return { most, all };
  };
  return { blocks: blocks.map(countBlock), atPosition };
}
