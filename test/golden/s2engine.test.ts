/** The stepped array of aligned pairs against the clocks that its authors' simulator counted. */
import { expect, test } from 'vitest';
import { steppedCycles } from '../../src/cost/aligned-stepped.ts';
import { randomStream } from '../../src/cost/aligned-stream.ts';
import { seeded } from '../../src/tensor/random.ts';

/**
 * github.com/BUAA-CI-Lab/S2EngineSimulator, data/ReMixedPEArray_tb20 to tb29_16_16: clocks of the selector, four to one of the
 * multiplier, for a layer of 24 x 24 pixels, 16 channels, 16 filters of 3 x 3, on 16 x 16 PEs, weights and ifmaps as dense
 * as each other. The row of IEEE TC 2021 at 0.5 (1.3, 1.9, 2.7, 3.2 times a dense array) is these; for its depth of 2 the
 * FIFO of pairs has one place.
 */
const counted = [
  { depth: 1, pairs: 1, clocks: { 1: 20929, 0.7: 18725, 0.5: 15405, 0.3: 10021 } },
  { depth: 2, pairs: 1, clocks: { 1: 20859, 0.7: 15523, 0.5: 10931, 0.3: 6330 } },
  { depth: 3, pairs: 3, clocks: { 1: 20781, 0.7: 12615, 0.5: 7561, 0.3: 3839 } },
  { depth: 255, pairs: 255, clocks: { 1: 20771, 0.7: 12015, 0.5: 6311, 0.3: 2899 } },
];
const [PIXELS, PLACES, LINES] = [24 * 24, 16 * 9, 16];

test.each(
  counted.flatMap(({ depth, pairs, clocks }) =>
    Object.entries(clocks).map(([density, clock]) => [depth, Number(density), clock, pairs] as const),
  ),
)('FIFOs of depth %i at density %f take the clocks counted, within 8 %%', (depth, density, clock, pairs) => {
  const random = seeded(1, `${density}`);
  const drawn = () => randomStream(PLACES, density, random);
  const windows = Array.from({ length: LINES }, () => Array.from({ length: PIXELS / LINES }, drawn));
  const filters = Array.from({ length: LINES }, drawn).map((filter) =>
    Array.from({ length: PIXELS / LINES }, () => filter),
  );
  const array = { rows: LINES, cols: LINES, depth, pairs, selectorClock: 4 };
  const ours = steppedCycles(windows, filters, array) * array.selectorClock;
  expect(Math.abs(ours / clock - 1)).toBeLessThan(0.08);
});
