import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConvShape } from '../tensor/conv.ts';
import { bitsFor, psumBound } from './psum-bound.ts';

const filters = (K: number, C: number): ConvShape => ({
  C,
  H: 1,
  W: 1,
  K,
  R: 1,
  S: 1,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
});

test.each(['uint8', 'int8'] as const)(
  'no %s ifmap takes any partial sum beyond the bound, and one reaches it',
  (type) =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (weights, chance) => {
          const bound = psumBound(Int8Array.from(weights), filters(1, weights.length), type);
          const [least, most] = type === 'uint8' ? [0, 255] : [-128, 127];
          let [psum, worst] = [0, 0];
          for (const w of weights) {
            psum += w * Math.round(least + chance.next().value! * (most - least));
            worst = Math.max(worst, Math.abs(psum));
          }
          expect(worst).toBeLessThanOrEqual(bound);
          const negative = weights.filter((w) => w < 0).reduce((sum, w) => sum - w, 0);
          const positive = weights.filter((w) => w > 0).reduce((sum, w) => sum + w, 0);
          if (type === 'uint8') expect(bound).toBe(Math.max(255 * positive, 255 * negative));
          else expect(bound).toBe(128 * (positive + negative));
        },
      ),
    ),
);

test('the largest filter decides', () =>
  expect(psumBound(Int8Array.of(1, 1, 100, -20), filters(2, 2), 'uint8')).toBe(25_500));

test('bits of a two’s complement psum', () =>
  expect([0, 1, 127, 128, 2 ** 23 - 1, 2 ** 23].map(bitsFor)).toEqual([1, 2, 8, 9, 24, 25]));
