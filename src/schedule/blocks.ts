/**
 * Filter blocks: which filters share the columns for a pass, and which input channels they read.
 * Groups with fewer filters than columns sit side by side; their channels share the rows, and a PE whose filter
 * does not read its row's channel has no taps (depthwise: one PE a row works).
 */
import type { ConvShape } from '../tensor/conv.ts';

export interface FilterBlock {
  readonly filters: readonly [first: number, end: number];
  readonly channels: readonly [first: number, end: number];
}

export function filterBlocks({ C, K, groups }: ConvShape, columns: number): readonly FilterBlock[] {
  const [filters, channels] = [K / groups, C / groups];
  const blocks: FilterBlock[] = [];
  const together = Math.max(1, Math.min(groups, Math.floor(columns / filters)));
  for (let group = 0; group < groups; group += together) {
    const end = Math.min(groups, group + together);
    for (let k = group * filters; k < end * filters; k += columns)
      blocks.push({
        filters: [k, Math.min(end * filters, k + columns)],
        channels: [group * channels, end * channels],
      });
  }
  return blocks;
}

/** Filters that are on the columns together where none may be of two groups: [first, end). */
export function* columnBlocks(
  { K, groups }: ConvShape,
  columns: number,
): Generator<readonly [number, number]> {
  const filters = K / groups;
  for (let group = 0; group < K; group += filters)
    for (let k = group; k < group + filters; k += columns) yield [k, Math.min(group + filters, k + columns)];
}
