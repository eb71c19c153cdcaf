/** Arrays of aligned pairs: the closed form against the stepped array, and the stepped array against its published row. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomWork } from '../../rtl/random-work.ts';
import { plainFilters, plainWindows } from '../../test/fixtures/plain-windows.ts';
import { s2engine, s2engineFifos } from '../accel/s2engine.ts';
import { seeded } from '../tensor/random.ts';
import { stallDensities, stallDepths, stallFactor, stalls } from './aligned-stalls.ts';
import { measureStall, randomStream, slowestPe, stallTable, steppedCycles } from './aligned-stepped.ts';

describe('the stepped array', () => {
  const anyStreams = fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    cols: fc.integer({ min: 1, max: 5 }),
    depth: fc.constantFrom(1, 2, 4),
    selectorClock: fc.constantFrom(1, 2, 4),
    densities: fc.tuple(fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 })),
    seed: fc.nat(),
  });

  test('ends on any streams, however shallow its FIFOs, and never before its slowest PE could', () => {
    fc.assert(
      fc.property(anyStreams, ({ rows, cols, depth, selectorClock, densities, seed }) => {
        const random = seeded(seed);
        // Each stream has a density of its own: neighbours that differ are what fills FIFOs.
        const streams = (count: number, density: number) =>
          Array.from({ length: count }, () => randomStream(60, density * random.uniform() * 2, random));
        const [ifmaps, weights] = [streams(rows, densities[0]), streams(cols, densities[1])];
        const cycles = steppedCycles(ifmaps, weights, { rows, cols, depth, selectorClock });
        expect(cycles).toBeGreaterThanOrEqual(slowestPe(ifmaps, weights, selectorClock));
      }),
      { numRuns: 300 },
    );
  });

  test('deeper FIFOs gain as published, on a 16 x 16 array at weight density = ifmap density = 0.5', () => {
    // S2Engine, IEEE TC 2021: 1.3, 1.9, 2.7 and 3.2 (unbounded) of an ideal 4. Ours, nothing fitted to those: depths of
    // 1 and 2 come out a fifth faster, 3 and unbounded within a tenth.
    const random = seeded(1, 'halves');
    const [ifmaps, weights] = [0, 1].map(() =>
      Array.from({ length: 16 }, () => randomStream(1152, 0.5, random)),
    ) as [Int32Array[], Int32Array[]];
    const gain = (depth: number): number =>
      (1152 + 30) / steppedCycles(ifmaps, weights, { rows: 16, cols: 16, depth, selectorClock: 4 });
    expect(gain(1) / 1.3).toBeLessThan(1.25);
    expect(gain(1) / 1.3).toBeGreaterThan(0.85);
    expect(gain(2) / 1.9).toBeLessThan(1.25);
    expect(gain(2) / 1.9).toBeGreaterThan(0.85);
    expect(Math.abs(gain(3) / 2.7 - 1)).toBeLessThan(0.15);
    expect(Math.abs(gain(1152) / 3.2 - 1)).toBeLessThan(0.15);
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
  ])('at densities %f and %f takes what the array takes, stepped fold by fold', (ifmap, weight) => {
    const work = randomWork(conv, { ifmap, weight }, { seed: 7, batch: 1, signed: false });
    const streams = (places: readonly (readonly number[])[]): Int32Array[] =>
      places.map((list) => Int32Array.from(list));
    const [windows, filters] = [streams(plainWindows(work)[0]!), streams(plainFilters(work))];
    let stepped = 0;
    for (const first of [0, 16])
      stepped += steppedCycles(windows, filters.slice(first, first + 16), {
        rows: windows.length,
        cols: 16,
        ...s2engineFifos,
      });
    const { computeCycles } = s2engine.cost(work, s2engine.arch);
    expect(Math.abs(computeCycles / stepped - 1)).toBeLessThan(0.1);
  });
});
