/**
 * Where the table of stalls comes from: how much longer than the slowest PE of each fold a 16 x 16 array takes, on two
 * windows in a row of 1152 places each (128 channels, 3 x 3), its way across counted on both sides. Printed whole by
 *
 *   npx tsx -e "import('./src/cost/aligned-stall-table.ts').then(({ stallTable }) => console.log(stallTable()))"
 */
import { type Random, seeded } from '../tensor/random.ts';
import { leastCycles } from './aligned-pairs.ts';
import { stallDensities, stallDepths } from './aligned-stalls.ts';
import { type AlignedArray, steppedCycles, wayAcross } from './aligned-stepped.ts';
import { GROUP, randomStream, type Stream, type Streams } from './aligned-stream.ts';

/** Cycles that the slowest PE of each fold cannot avoid, by plain counting, summed over the folds. */
export function slowestPes(
  ifmaps: Streams,
  weights: Streams,
  clock: Pick<AlignedArray, 'selectorClock'>,
): number {
  const folds = ifmaps[0]?.length ?? 0;
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    let slowest = 0;
    for (const ifmap of ifmaps)
      for (const weight of weights) slowest = Math.max(slowest, alone(ifmap[fold]!, weight[fold]!, clock));
    sum += slowest;
  }
  return sum;
}

function alone(ifmap: Stream, weight: Stream, clock: Pick<AlignedArray, 'selectorClock'>): number {
  const at = new Set(ifmap.places);
  const pairs = weight.places.reduce((sum, place) => sum + (at.has(place) ? 1 : 0), 0);
  const groups = Math.ceil(ifmap.length / GROUP);
  return leastCycles({ pairs, ones: at.size + weight.places.length, groups }, clock);
}

const [FOLDS, PLACES, LINES] = [2, 1152, 16];

export function measureStall(
  depth: number,
  { ifmap, weight }: { readonly ifmap: number; readonly weight: number },
): number {
  const array: AlignedArray = { rows: LINES, cols: LINES, depth, pairs: depth, selectorClock: 4 };
  const random = seeded(1, `${ifmap}/${weight}`);
  const [ifmaps, weights] = [drawn(ifmap, random), drawn(weight, random)];
  const across = wayAcross(array);
  return steppedCycles(ifmaps, weights, array) / (slowestPes(ifmaps, weights, array) + across);
}

const drawn = (density: number, random: Random): Streams =>
  Array.from({ length: LINES }, () =>
    Array.from({ length: FOLDS }, () => randomStream(PLACES, density, random)),
  );

/** Every entry, to three decimals: a line a depth and ifmap density. */
export const stallTable = (depths: readonly number[] = stallDepths): string =>
  depths
    .flatMap((depth) =>
      stallDensities.map(
        (ifmap) =>
          `${depth} ${ifmap}: ${stallDensities.map((weight) => measureStall(depth, { ifmap, weight }).toFixed(3)).join(', ')}`,
      ),
    )
    .join('\n');
