/**
 * How long psums take to leave the ofmap lanes: a pixel of `ofmLanes` filters a cycle, and behind a layer with a max pool every
 * psum of each window, one a cycle (src/blocks/ofm-emit/). It is what the walk reads, and so a lower bound: filling the
 * pipeline, the filters' tables, and pixels that tiles of the next layer have in common come on top.
 */
import type { Arch } from '../arch/arch.ts';
import { ofmLanesOf } from '../arch/ports.ts';
import type { LayerWork } from '../model/work.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';

/** Psums that are read of each filter of a layer, all images of the batch together. */
export function psumsRead({ conv, ofmapShape: [, P, Q], ofmaps, pooled }: LayerWork): number {
  const pixels = pooled === undefined ? ofmapHeight(conv) * ofmapWidth(conv) : P * Q * pooled;
  return pixels * ofmaps.length;
}

/** Cycles for the filters of a block, `reads` psums of each; none where the machine does not say how many lanes it has. */
export const emissionCycles = ({ filters }: FilterBlock, reads: number, arch: Arch): number =>
  arch.ofmLanes === undefined ? 0 : Math.ceil((filters[1] - filters[0]) / ofmLanesOf(arch)) * reads;
