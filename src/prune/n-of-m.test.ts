import fc from 'fast-check';
import { expect, test } from 'vitest';
import { point } from '../../test/fixtures/gradient-check.ts';
import { seeded } from '../tensor/random.ts';
import { obeys, prune, ruleNamed } from './index.ts';
import { groupSize } from './n-of-m.ts';

test.each([
  [0.5, 4],
  [0.75, 4],
  [0.25, 4],
  [0.625, 8],
  [0.875, 8],
  [0.9375, 16],
  [0.3, 4],
])('a share of %s comes in groups of %i', (zeros, m) => expect(groupSize(zeros)).toBe(m));

test('2 of 4 along the input channels, tap by tap, the largest', () => {
  const conv = { ...point, C: 4, H: 1, W: 2, K: 1, R: 1, S: 2 };
  const weight = Float32Array.of(1, 8, -2, 7, 3, -6, -4, 5); // channel by channel, two taps each
  const mask = prune(weight, conv, ruleNamed('n-of-m', { zeros: 0.5 }));
  expect([...mask]).toEqual([0, 1, 0, 1, 1, 0, 1, 0]);
});

test('fewer channels than a group: over the taps of the filter, what is left behind keeps its share', () => {
  const conv = { ...point, C: 1, H: 3, W: 3, K: 1, R: 3, S: 3 };
  const weight = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const mask = prune(weight, conv, ruleNamed('n-of-m', { zeros: 0.5 }));
  expect([...mask]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 1]); // 0.5 of one is kept
});

test('every group keeps its n, and one weight more or less is told', () => {
  const cases = fc.record({
    K: fc.integer({ min: 1, max: 5 }),
    C: fc.integer({ min: 1, max: 20 }),
    R: fc.integer({ min: 1, max: 3 }),
    zeros: fc.constantFrom(0.25, 0.5, 0.625, 0.75),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ K, C, R, zeros, seed }) => {
      const conv = { ...point, C, H: R, W: R, K, R, S: R };
      const rule = ruleNamed('n-of-m', { zeros });
      const { normal } = seeded(seed);
      const weight = Float32Array.from({ length: K * C * R * R }, normal);
      const mask = prune(weight, conv, rule);
      const pruned = weight.map((w, i) => w * mask[i]!);
      expect(obeys(pruned, conv, rule)).toMatchObject({ ok: true, exact: true });
      // One of m consecutive channels stands for what is alike in the rule and in a naive count.
      if (C % groupSize(zeros) === 0)
        expect(pruned.filter((w) => w === 0).length / weight.length).toBeCloseTo(zeros, 9);
      const gone = pruned.findIndex((w) => w !== 0);
      if (gone >= 0) expect(obeys(pruned.with(gone, 0), conv, rule).exact).toBe(false);
      const back = pruned.indexOf(0);
      if (back >= 0) expect(obeys(pruned.with(back, 1), conv, rule).ok).toBe(false);
    }),
    { numRuns: 200 },
  );
});
