/** Patterns on an array: a cover holds every kernel, pruned layers cost their patterns, dense ones cost everything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWork, randomWork } from '../../rtl/random-work.ts';
import type { Arch } from '../arch/arch.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import type { LayerWork } from '../model/work.ts';
import { applyRule, ruleNamed } from '../prune/index.ts';
import { denseMacs } from '../tensor/conv.ts';
import { patternArrayCost } from './pattern-array.ts';
import { patternTaps } from './pattern-taps.ts';

const limits = { patterns: 8, positions: 9 };
const arch: Arch = { ...zcu102, array: { rows: 8, cols: 8 } };
const conv3 = {
  C: 16,
  H: 16,
  W: 16,
  K: 16,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
} as const;
const whole = randomWork(conv3, { ifmap: 1, weight: 1 }, { seed: 2, batch: 1, signed: false });
const ruled = (kind: string, zeros: number): LayerWork => {
  const data = whole.weight.data.slice();
  applyRule(data, conv3, ruleNamed(kind, { zeros }));
  return { ...whole, weight: { ...whole.weight, data } };
};

describe('taps by pattern', () => {
  test('never fewer than a kernel has, never more than it has places; above 3x3 and at 1x1 all of them', () => {
    fc.assert(
      fc.property(anyWork, ({ conv, weight }) => {
        const positions = conv.R * conv.S;
        const taps = patternTaps(weight.data, conv, limits);
        for (const [kernel, given] of taps.entries()) {
          const own = weight.data.subarray(kernel * positions, (kernel + 1) * positions);
          expect(given).toBeGreaterThanOrEqual(own.filter((w) => w !== 0).length);
          expect(given).toBeLessThanOrEqual(positions);
          if (positions === 1 || positions > 9) expect(given).toBe(positions);
        }
      }),
    );
  });

  test('where the kernels have at most eight sets of taps, each costs what it has', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 511 }), { minLength: 1, maxLength: 8 }),
        (sets) => {
          const data = Int8Array.from(
            { length: sets.length * 9 },
            (_, i) => (sets[Math.floor(i / 9)]! >> (i % 9)) & 1,
          );
          const taps = patternTaps(data, { ...conv3, C: 1, K: sets.length }, limits);
          for (const [kernel, given] of taps.entries())
            expect(given).toBe(data.subarray(kernel * 9, kernel * 9 + 9).filter((w) => w !== 0).length);
        },
      ),
    );
  });

  test('scattered zeros of a whole layer are worth little: eight patterns cannot hold them', () => {
    const mean = (work: LayerWork): number => {
      const taps = patternTaps(work.weight.data, conv3, limits);
      return taps.reduce((sum, n) => sum + n, 0) / taps.length;
    };
    expect(mean(ruled('pattern', 0.5))).toBe(4.5);
    expect(mean(ruled('magnitude', 0.5))).toBeGreaterThan(6.5);
    expect(mean(whole)).toBe(9);
  });
});

describe('the array', () => {
  const cost = (work: LayerWork) => patternArrayCost(work, arch, limits);
  const skew = 2 * 8 + 8 - 2;

  test('time is dense time x the density of the patterns', () => {
    // 16 channels x 9 taps on 8 rows, 16 filters on 8 columns: 36 folds of 256 pixels
    expect(cost(whole).computeCycles - skew).toBe(18 * 2 * 256);
    expect(cost(ruled('pattern', 0.5)).computeCycles - skew).toBe(9 * 2 * 256);
    expect(cost(ruled('pattern', 5 / 9)).computeCycles - skew).toBe(8 * 2 * 256);
  });

  test('zeros of ifmaps change nothing at all', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const full = { ...work, ifmaps: work.ifmaps.map((ifmap) => ifmap.map(() => 1) as Uint8Array) };
        expect({ ...cost(work), macsEffectual: 0 }).toEqual({ ...cost(full), macsEffectual: 0 });
      }),
    );
  });

  test('without zeros it issues every MAC of the plain loop', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const weight = { ...work.weight, data: work.weight.data.map(() => 1) };
        expect(cost({ ...work, weight }).macsIssued).toBe(denseMacs(work.conv) * work.ifmaps.length);
      }),
    );
  });
});
