/** Where the weights' non-zeros are: taps a PE holds, taps a row waits for, taps at each kernel position. */
import type { FilterBlock } from '../schedule/blocks.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
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
  const sliceOf = new Int32Array(positions);
  for (const [s, slice] of slices.entries()) for (const tap of slice.taps) sliceOf[tap.weight] = s;
  const atPosition = new Int32Array(conv.C * positions);

  const countBlock = ({ filters, channels }: FilterBlock): BlockTaps => {
    const size = (channels[1] - channels[0]) * slices.length;
    const [most, all] = [new Uint8Array(size), new Uint16Array(size)];
    const mine = new Uint8Array(slices.length);
    for (let k = filters[0]; k < filters[1]; k++) {
      const firstChannel = Math.floor((k * conv.groups) / conv.K) * (conv.C / conv.groups);
      for (let c = 0; c < conv.C / conv.groups; c++) {
        const from = k * perFilter + c * positions;
        mine.fill(0);
        for (let i = 0; i < positions; i++) {
          if (weight[from + i] === 0) continue;
          mine[sliceOf[i]!]!++;
          atPosition[(firstChannel + c) * positions + i]!++;
        }
        const v = (firstChannel + c - channels[0]) * slices.length;
        for (let s = 0; s < mine.length; s++) {
          const taps = mine[s]!;
          all[v + s]! += taps;
          if (taps > most[v + s]!) most[v + s] = taps;
        }
      }
    }
    return { most, all };
  };
  return {
    blocks: blocks.map(
      positions === 1 ? (block) => countPointwise(weight, conv, { block, atPosition }) : countBlock,
    ),
    atPosition,
  };
}

/** One tap a slice: a column holds it or not. Fully connected layers live here, a hundred million weights of them. */
function countPointwise(
  weight: Int8Array,
  conv: ConvShape,
  { block, atPosition }: { block: FilterBlock; atPosition: Int32Array },
): BlockTaps {
  const { filters, channels } = block;
  const perFilter = conv.C / conv.groups;
  const perGroup = conv.K / conv.groups;
  const all = new Uint16Array(channels[1] - channels[0]);
  // Filters of one group read the same channels: a matrix whose columns are counted.
  for (let k = filters[0]; k < filters[1]; ) {
    const group = Math.floor(k / perGroup);
    const end = Math.min(filters[1], (group + 1) * perGroup);
    const counts = countNonZeroColumns(weight.subarray(k * perFilter, end * perFilter), perFilter);
    const first = group * perFilter - channels[0];
    for (let c = 0; c < perFilter; c++) all[first + c]! += counts[c]!;
    k = end;
  }
  for (let c = 0; c < all.length; c++) atPosition[channels[0] + c]! += all[c]!;
  const most = new Uint8Array(all.length);
  for (let c = 0; c < all.length; c++) most[c] = Math.min(1, all[c]!);
  return { most, all };
}
