import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addInto,
  bins,
  emptyHistogram,
  type Histogram,
  largest,
  observe,
  percentileOf,
} from './histogram.ts';

const seen = (...batches: number[][]): Histogram => {
  const histogram = emptyHistogram();
  for (const batch of batches) observe(histogram, batch);
  return histogram;
};
const told = (histogram: Histogram) => ({ min: histogram.min, max: histogram.max, bins: bins(histogram) });
const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 50 });

test('the order and grouping of what is seen does not matter, however often the range doubles', () =>
  fc.assert(
    fc.property(values, values, (a, b) => {
      const together = told(seen([...a, ...b]));
      expect(told(seen(b, a))).toEqual(together);
      const sum = seen(a);
      addInto(sum, seen(b));
      expect(told(sum)).toEqual(together);
    }),
  ));

test('every value but zero is counted, in a bin no wider than 1/2048 of the largest', () =>
  fc.assert(
    fc.property(values, (list) => {
      const histogram = seen(list);
      const nonZero = list.map(Math.abs).filter((x) => x > 0);
      const counted = bins(histogram);
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(nonZero.length);
      expect([histogram.min, histogram.max]).toEqual([Math.min(0, ...list) + 0, Math.max(0, ...list)]);
      if (largest(histogram) > 2 ** -120)
        expect(histogram.range / 4096).toBeLessThanOrEqual(largest(histogram) / 2048);
    }),
  ));

test('a percentile is that of the sorted magnitudes, to a bin', () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 1 }),
      fc.integer({ min: 1, max: 100 }),
      (list, percent) => {
        const sorted = list.toSorted((a, b) => a - b);
        const plain = sorted[Math.ceil((sorted.length * percent) / 100) - 1]!;
        const histogram = seen(list);
        expect(Math.abs(percentileOf(histogram, percent) - plain)).toBeLessThanOrEqual(
          histogram.range / 4096,
        );
      },
    ),
  ));

test('zeros do not vote: a map that is nearly all zeros keeps its range', () =>
  expect(percentileOf(seen([...new Array(100_000).fill(0), 5]), 99.9)).toBe(5));

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is refused', (bad) =>
  expect(() => seen([1, bad, 2])).toThrow('a value became infinite or not a number'),
);
