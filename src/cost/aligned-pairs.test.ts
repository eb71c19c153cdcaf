/** Arrays of aligned pairs: the stepped array on any streams, the table measured on it, and the closed form against it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomWork } from '../../rtl/random-work.ts';
import { plainFilters, plainWindows } from '../../test/fixtures/plain-windows.ts';
import { s2engine, s2engineFifos } from '../accel/s2engine.ts';
import { seeded } from '../tensor/random.ts';
import { measureStall, slowestPes, stallTable } from './aligned-stall-table.ts';
import { stallDensities, stallDepths, stallFactor, stalls } from './aligned-stalls.ts';
import { steppedCycles } from './aligned-stepped.ts';
import { elementsOf, randomStream, type Stream } from './aligned-stream.ts';

describe('the stepped array', () => {
  const anyStreams = fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    cols: fc.integer({ min: 1, max: 5 }),
    folds: fc.integer({ min: 1, max: 3 }),
    places: fc.integer({ min: 1, max: 70 }),
    depth: fc.constantFrom(1, 2, 4),
    pairs: fc.constantFrom(1, 3),
    selectorClock: fc.constantFrom(1, 2, 4),
    densities: fc.tuple(fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 })),
    seed: fc.nat(),
  });

  test('ends on any streams, however shallow its FIFOs, and never before one PE alone could', () => {
    fc.assert(
      fc.property(anyStreams, ({ folds, places, densities, seed, ...array }) => {
        const random = seeded(seed);
        // Each stream has a density of its own: neighbours that differ are what fills FIFOs.
        const streams = (lines: number, density: number) =>
          Array.from({ length: lines }, () =>
            Array.from({ length: folds }, () => randomStream(places, density * random.uniform() * 2, random)),
          );
        const [ifmaps, weights] = [streams(array.rows, densities[0]), streams(array.cols, densities[1])];
        const cycles = steppedCycles(ifmaps, weights, array);
        for (const ifmap of ifmaps)
          for (const weight of weights)
            expect(cycles).toBeGreaterThanOrEqual(slowestPes([ifmap], [weight], array));
      }),
      { numRuns: 300 },
    );
  });

  test('sends a zero for a group without non-zeros, and marks the ends of groups and windows', () => {
    const stream: Stream = { places: Int32Array.of(3, 15, 40), length: 48 };
    expect(elementsOf([[stream]])[0]).toEqual([
      { offset: 3, ends: false, closes: false },
      { offset: 15, ends: true, closes: false },
      { offset: 0, ends: true, closes: false },
      { offset: 8, ends: true, closes: true },
      { offset: 0, ends: true, closes: false },
    ]);
  });
});

describe('the table of stalls', () => {
  test.each([
    [1, 0.5, 0.5],
    [4, 0.1, 1],
  ])('is what the stepped array measures at depth %i, densities %f and %f', (depth, ifmap, weight) => {
    const entry = stalls[depth]![stallDensities.indexOf(ifmap)]![stallDensities.indexOf(weight)]!;
    expect(measureStall(depth, { ifmap, weight })).toBeCloseTo(entry, 3);
  });

  test('is committed as its command prints it, at depth 8', () => {
    const committed = stallDensities.map(
      (ifmap, row) => `8 ${ifmap}: ${stalls[8]![row]!.map((entry) => entry.toFixed(3)).join(', ')}`,
    );
    expect(stallTable([8])).toBe(committed.join('\n'));
  });

  test('is read at its points, between them, and never below 1', () => {
    expect(stallFactor(1, { ifmap: 0.5, weight: 0.5 })).toBe(stalls[1]![2]![2]);
    const middle = stallFactor(1, { ifmap: 0.5, weight: 0.625 });
    expect(middle).toBeCloseTo((stalls[1]![2]![2]! + stalls[1]![2]![3]!) / 2, 9);
    for (const depth of stallDepths)
      for (const ifmap of [0, 0.05, 0.3, 1])
        expect(stallFactor(depth, { ifmap, weight: ifmap })).toBeGreaterThanOrEqual(1);
    expect(() => stallFactor(5, { ifmap: 0.5, weight: 0.5 })).toThrow(/FIFOs of depth 5 were not measured/);
  });
});

describe('a layer', () => {
  const conv = {
    C: 96,
    H: 6,
    W: 6,
    K: 32,
    R: 3,
    S: 3,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;

  test.each([
    [0.5, 0.5],
    [0.3, 0.4],
    [0.8, 0.2],
  ])('at densities %f and %f takes what the array takes, stepped', (ifmap, weight) => {
    const work = randomWork(conv, { ifmap, weight }, { seed: 7, batch: 1, signed: false });
    const streams = (lists: readonly (readonly number[])[]): Stream[] =>
      lists.map((list) => ({ places: Int32Array.from(list), length: 96 * 9 }));
    const [windows, filters] = [streams(plainWindows(work)[0]!), streams(plainFilters(work))];
    const stepped = steppedCycles(
      windows.map((window) => [window, window]),
      Array.from({ length: 16 }, (_, j) => [filters[j]!, filters[16 + j]!]),
      { rows: windows.length, cols: 16, pairs: s2engineFifos.depth, ...s2engineFifos },
    );
    const { computeCycles } = s2engine.cost(work, s2engine.arch);
    expect(Math.abs(computeCycles / stepped - 1)).toBeLessThan(0.1);
  });
});
