/** Pattern and group-wise pruning: what the array may rely on, and small examples by hand. */
import { describe, expect, test } from 'vitest';
import type { ConvShape } from '../tensor/conv.ts';
import { seeded } from '../tensor/random.ts';
import { applyRule, obeys, prune, ruleNamed } from './index.ts';

const layer = (over: Partial<ConvShape>): ConvShape => ({
  C: 16,
  H: 12,
  W: 12,
  K: 32,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  ...over,
});
const normal = ({ C, K, R, S, groups }: ConvShape, seed: number): Float32Array => {
  const random = seeded(seed);
  return Float32Array.from({ length: (K * C * R * S) / groups }, () => random.normal());
};

describe('patterns', () => {
  const rule = ruleNamed('pattern', { zeros: 0.5 });

  test('a layer has at most eight, of 5 and 4 taps on alternate channels, so the share is exact', () => {
    const conv = layer({});
    const mask = prune(normal(conv, 3), conv, rule);
    const patterns = new Map<string, number>();
    for (let kernel = 0; kernel < mask.length / 9; kernel++) {
      const taps = mask.subarray(kernel * 9, kernel * 9 + 9);
      expect(taps.reduce((n, keep) => n + keep, 0)).toBe(kernel % 2 === 0 ? 5 : 4);
      patterns.set(taps.join(''), (patterns.get(taps.join('')) ?? 0) + 1);
    }
    expect(patterns.size).toBe(8);
    expect(mask.reduce((n, keep) => n + keep, 0)).toBe(mask.length / 2);
  });

  test('come from the weights: where all kernels are large in one place, that is the pattern', () => {
    const conv = layer({ C: 1, K: 6 });
    const cross = [1, 9, 1, 9, 9, 9, 1, 9, 2];
    const weight = Int8Array.from({ length: 6 * 9 }, (_, i) => cross[i % 9]!);
    expect([...prune(weight, conv, rule)].join('')).toBe('010111010'.repeat(6));
  });

  test('keep less magnitude than a free choice in each kernel, and more than one pattern alone would', () => {
    const conv = layer({});
    const held = (kind: string): number => {
      const weight = normal(conv, 4);
      applyRule(weight, conv, ruleNamed(kind, { zeros: 0.5 }));
      return weight.reduce((sum, w) => sum + Math.abs(w), 0);
    };
    const fixed = normal(conv, 4).reduce((sum, w, i) => sum + (i % 9 < 4.5 ? Math.abs(w) : 0), 0);
    expect(held('pattern')).toBeLessThan(held('equal-per-kernel'));
    expect(held('pattern')).toBeGreaterThan(fixed);
  });

  test('a ninth one is disobedience', () => {
    const conv = layer({ C: 1, K: 9 });
    const weight = new Int8Array(9 * 9);
    for (let k = 0; k < 9; k++) for (let t = 0; t < 5; t++) weight[k * 9 + ((k + t) % 9)] = 1;
    expect(obeys(weight, conv, rule).ok).toBe(false);
    expect(obeys(weight.subarray(0, 8 * 9), { ...conv, K: 8 }, rule).ok).toBe(true);
  });

  test.each([
    [1, 1],
    [5, 5],
    [7, 7],
  ])('kernels of %sx%s have none and stay whole', (R, S) => {
    const conv = layer({ R, S });
    expect(prune(normal(conv, 5), conv, rule)).not.toContain(0);
  });
});

test('a group of filters keeps the taps with the most magnitude over all of them', () => {
  const conv = layer({ C: 1, K: 4, R: 2, S: 2 });
  const weight = Int8Array.of(5, 1, 0, 1, 1, 0, 6, 2, 9, 1, 1, 1, 0, 2, 3, 9);
  const mask = prune(weight, conv, ruleNamed('group', { zeros: 0.5, blockFilters: 2 }));
  expect([...mask].join('')).toBe('1010' + '1010' + '1001' + '1001');
});
