/**
 * The dense twin of a planar-tiled machine: the same PEs and multipliers, each PE a dot product as wide as its multipliers.
 *
 *   cycles = ofmap tile of the largest PE x filters x ceil(products an ofmap value sums / multipliers of a PE)
 *
 * Planes are cut over the PEs as the sparse machine cuts them, so a plane smaller than the grid leaves PEs idle on both.
 * Fully connected layers have no plane: PEs share the filters out.
 */
import type { Arch } from '../arch/arch.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { peGrid } from './cartesian-tiles.ts';

/** Cycles of one layer for `images` images, DRAM not counted. */
export function planarDotProductCycles(
  op: 'conv' | 'fc',
  conv: ConvShape,
  { array }: Arch,
  images: number,
): number {
  const products = Math.ceil(((conv.C / conv.groups) * conv.R * conv.S) / array.cols);
  if (op === 'fc') return images * Math.ceil(conv.K / array.rows) * products;
  const [down, across] = peGrid(array.rows);
  const tile = Math.ceil(ofmapHeight(conv) / down) * Math.ceil(ofmapWidth(conv) / across);
  return images * tile * conv.K * products;
}
