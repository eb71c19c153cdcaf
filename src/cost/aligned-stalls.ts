/**
 * How much FIFOs that fill slow an array of aligned pairs, measured on the stepped array and read between its points.
 *
 *   stall = stepped cycles / (cycles of the slowest PE of each fold + the way across)
 *
 * 16 x 16 PEs, four selector cycles a multiplier cycle, the FIFO of pairs as deep as the others, non-zeros anywhere:
 * aligned-stall-table.ts prints it.
 */
import { fail } from '../errors.ts';

/** Depths of a FIFO and densities of a stream that were measured. */
export const stallDepths: readonly number[] = [1, 2, 3, 4, 8];
export const stallDensities: readonly number[] = [0.1, 0.25, 0.5, 0.75, 1];

/** By depth, then ifmap density, then weight density. */
export const stalls: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [
    [4.051, 3.691, 3.06, 2.78, 2.443],
    [3.721, 3.835, 3.566, 3.08, 2.639],
    [3.178, 3.619, 2.619, 2.016, 1.622],
    [2.769, 3.038, 2.018, 1.527, 1.23],
    [2.433, 2.645, 1.671, 1.223, 1.001],
  ],
  2: [
    [1.974, 1.755, 1.441, 1.315, 1.192],
    [1.787, 1.824, 1.806, 1.692, 1.543],
    [1.498, 1.843, 1.556, 1.367, 1.226],
    [1.319, 1.687, 1.366, 1.2, 1.089],
    [1.184, 1.561, 1.24, 1.084, 1.0],
  ],
  3: [
    [1.584, 1.435, 1.213, 1.151, 1.086],
    [1.445, 1.417, 1.408, 1.38, 1.309],
    [1.254, 1.457, 1.308, 1.2, 1.125],
    [1.16, 1.389, 1.208, 1.117, 1.054],
    [1.078, 1.322, 1.136, 1.052, 1.0],
  ],
  4: [
    [1.46, 1.322, 1.168, 1.124, 1.073],
    [1.343, 1.284, 1.271, 1.258, 1.207],
    [1.193, 1.305, 1.194, 1.125, 1.081],
    [1.127, 1.257, 1.134, 1.076, 1.031],
    [1.069, 1.22, 1.094, 1.035, 1.0],
  ],
  8: [
    [1.378, 1.232, 1.137, 1.119, 1.068],
    [1.263, 1.191, 1.139, 1.114, 1.083],
    [1.147, 1.154, 1.08, 1.046, 1.019],
    [1.12, 1.076, 1.049, 1.02, 1.008],
    [1.068, 1.077, 1.04, 1.008, 1.0],
  ],
};

/** In straight lines between densities; below the least one as at it; never below 1. */
export function stallFactor(
  depth: number,
  { ifmap, weight }: { readonly ifmap: number; readonly weight: number },
): number {
  const table =
    stalls[depth] ??
    fail(`FIFOs of depth ${depth} were not measured`, { hint: `depths: ${stallDepths.join(', ')}` });
  const [row, across] = between(ifmap);
  const [col, down] = between(weight);
  const along = (r: number): number => table[r]![col]! * (1 - down) + table[r]![col + 1]! * down;
  return Math.max(1, along(row) * (1 - across) + along(row + 1) * across);
}

/** The interval of measured densities that holds this one, and how far into it. */
function between(density: number): readonly [first: number, share: number] {
  let first = 0;
  while (first < stallDensities.length - 2 && density > stallDensities[first + 1]!) first++;
  const [low, high] = [stallDensities[first]!, stallDensities[first + 1]!];
  return [first, Math.min(1, Math.max(0, (density - low) / (high - low)))];
}
