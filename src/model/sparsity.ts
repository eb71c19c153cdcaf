/**
 * A rule that weights must obey, as a value: the machine states it, the pruner obeys it, neither knows the other.
 *
 * A slice is the part of one filter's kernel, for one input channel, that one PE holds at a time: the whole R x S
 * kernel at stride 1, one polyphase component of it under a larger stride.
 */
import type { ConvShape } from '../tensor/conv.ts';

/** Positions r * S + s of the kernel that form one slice; together they cover the kernel once. */
export type Slice = readonly number[];

export interface SparsityRule {
  readonly kind: 'none' | 'magnitude' | 'equal-per-kernel' | 'column-block' | 'n-of-m' | 'pattern' | 'group';
  /** Share of zeros asked for, 0 to less than 1. */
  readonly zeros: number;
  /** column-block and group: how many filters prune the same input channels, or taps, together. */
  readonly blockFilters: number;
  /** equal-per-kernel: the slices of a kernel whose tap counts must agree over all filters. */
  readonly slicesOf: (conv: ConvShape) => readonly Slice[];
}

/** The kernel as one slice: what a machine without polyphase lowering asks for. */
export const wholeKernel = ({ R, S }: ConvShape): readonly Slice[] => [
  Array.from({ length: R * S }, (_, i) => i),
];
