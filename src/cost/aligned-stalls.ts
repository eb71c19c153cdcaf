/**
 * How much FIFOs that fill slow an array of aligned pairs, measured on the stepped array and read between its points.
 *
 *   stall = stepped cycles / (cycles of the slowest PE alone + the way across)
 *
 * 16 x 16 PEs, four selector cycles a multiplier cycle, windows of 1152 places, non-zeros anywhere in them; made by
 *   npx tsx -e "import('./src/cost/aligned-stepped.ts').then(({ stallTable }) => console.log(stallTable()))"
 */
import { fail } from '../errors.ts';

/** Depths of a FIFO and densities of a stream that were measured. */
export const stallDepths: readonly number[] = [1, 2, 3, 4, 8];
export const stallDensities: readonly number[] = [0.1, 0.25, 0.5, 0.75, 1];

/** By depth, then ifmap density, then weight density. */
export const stalls: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [
    [3.696, 3.702, 3.014, 2.568, 2.229],
    [3.511, 3.585, 3.157, 2.886, 2.498],
    [3.0, 3.227, 2.373, 1.85, 1.512],
    [2.589, 2.778, 1.787, 1.42, 1.205],
    [2.193, 2.435, 1.581, 1.174, 1.0],
  ],
  2: [
    [2.063, 2.266, 2.095, 2.03, 1.974],
    [2.126, 2.159, 2.045, 2.013, 1.88],
    [2.097, 2.083, 1.587, 1.391, 1.221],
    [2.032, 1.958, 1.348, 1.166, 1.093],
    [1.976, 1.853, 1.273, 1.064, 0.999],
  ],
  3: [
    [1.656, 1.946, 1.9, 1.946, 1.971],
    [1.759, 1.73, 1.813, 1.88, 1.836],
    [1.919, 1.822, 1.374, 1.235, 1.12],
    [1.947, 1.817, 1.208, 1.098, 1.061],
    [1.973, 1.792, 1.181, 1.037, 0.998],
  ],
  4: [
    [1.389, 1.755, 1.827, 1.91, 1.97],
    [1.613, 1.513, 1.727, 1.84, 1.833],
    [1.884, 1.726, 1.267, 1.144, 1.084],
    [1.905, 1.779, 1.133, 1.064, 1.042],
    [1.97, 1.786, 1.129, 1.021, 0.997],
  ],
  8: [
    [1.152, 1.524, 1.74, 1.865, 1.963],
    [1.462, 1.254, 1.611, 1.792, 1.827],
    [1.789, 1.606, 1.094, 1.033, 1.01],
    [1.876, 1.718, 1.009, 1.006, 1.008],
    [1.963, 1.779, 1.062, 0.997, 0.997],
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
