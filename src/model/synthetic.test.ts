import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '../tensor/random.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import { CHANNEL_SPREAD, channelDensities, syntheticIfmap, syntheticWeight } from './synthetic.ts';

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('synthetic ifmaps', () => {
  test('have exactly the density asked for, to the pixel', () => {
    fc.assert(
      fc.property(
        fc.record({
          C: fc.integer({ min: 1, max: 40 }),
          H: fc.integer({ min: 1, max: 9 }),
          W: fc.integer({ min: 1, max: 9 }),
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        fc.integer(),
        (shape, density, spread, seed) => {
          const ifmap = syntheticIfmap(shape, { density, spread, random: seeded(seed) });
          expect(countNonZeros(ifmap)).toBe(Math.round(density * ifmap.length));
        },
      ),
    );
  });

  test('have channels that differ as the spread says', () => {
    const [density, spread] = [0.35, CHANNEL_SPREAD];
    const shares = channelDensities(20_000, { density, spread, random: seeded(1) });
    expect(mean(shares)).toBeCloseTo(density, 9);
    const deviation = Math.sqrt(mean(shares.map((d) => (d - density) ** 2)));
    expect(deviation / Math.sqrt(density * (1 - density))).toBeCloseTo(spread, 2);
  });

  test('spread 0 makes all channels alike', () => {
    const ifmap = syntheticIfmap({ C: 8, H: 10, W: 10 }, { density: 0.25, spread: 0, random: seeded(1) });
    for (let c = 0; c < 8; c++) expect(countNonZeros(ifmap.subarray(c * 100, (c + 1) * 100))).toBe(25);
  });

  test('put non-zeros anywhere inside a channel with one likelihood', () => {
    const random = seeded(3);
    const hits = new Float64Array(16);
    for (let i = 0; i < 4000; i++)
      syntheticIfmap({ C: 1, H: 4, W: 4 }, { density: 0.25, random: random.stream(`${i}`) }).forEach(
        (value, place) => {
          hits[place]! += value === 0 ? 0 : 1;
        },
      );
    // 1000 expected, deviation 27.
    for (const n of hits) expect(Math.abs(n - 1000)).toBeLessThan(140);
  });

  test('are uint8, or int8 of both signs, and the same for the same seed', () => {
    const make = (signed: boolean) =>
      syntheticIfmap({ C: 4, H: 8, W: 8 }, { density: 0.9, random: seeded(9, 'x'), signed });
    expect(make(false)).toBeInstanceOf(Uint8Array);
    expect(make(true)).toBeInstanceOf(Int8Array);
    expect(Math.min(...make(true))).toBeLessThan(0);
    expect(Math.max(...make(true))).toBeGreaterThan(0);
    expect(make(false)).toEqual(make(false));
  });

  test('refuse a density that is none', () => {
    expect(() => syntheticIfmap({ C: 1, H: 1, W: 1 }, { density: 1.5, random: seeded(1) })).toThrow(
      'a density of 1.5: expected a number from 0 to 1',
    );
  });
});

describe('synthetic weights', () => {
  const conv = {
    C: 30,
    H: 3,
    W: 3,
    K: 333,
    R: 3,
    S: 3,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const weight = syntheticWeight(conv, seeded(1));

  test('have no zero and a normal shape', () => {
    expect(weight.length).toBe(30 * 333 * 9);
    expect(countNonZeros(weight)).toBe(weight.length);
    expect(Math.abs(mean(weight))).toBeLessThan(1);
    const sigma = Math.sqrt(mean(Float64Array.from(weight, (w) => w * w)));
    const within = weight.filter((w) => Math.abs(w) < sigma).length / weight.length;
    expect(within).toBeCloseTo(0.683, 1); // a normal's share inside one sigma
    expect([Math.min(...weight.slice(0, 50_000)), Math.max(...weight.slice(0, 50_000))]).toEqual([-127, 127]);
  });

  test('do not repeat, and depend on the seed alone', () => {
    expect(syntheticWeight(conv, seeded(1))).toEqual(weight);
    expect(syntheticWeight(conv, seeded(2))).not.toEqual(weight);
    expect(weight.slice(0, 4096)).not.toEqual(weight.slice(4096, 8192));
  });
});
