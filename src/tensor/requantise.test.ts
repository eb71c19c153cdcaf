/** Requantisation against BigInt, where every number is exact. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PerFilter,
  quantiseMultiplier,
  requantise,
  requantiseInto,
  roundHalfEven,
} from './requantise.ts';

/** The plain twin. */
function requantiseExactly(acc: number, multiplier: number, shift: number): bigint {
  const product = BigInt(acc) * BigInt(multiplier);
  const step = 1n << BigInt(shift);
  const rest = ((product % step) + step) % step;
  const whole = (product - rest) / step;
  const twice = 2n * rest;
  const up = twice > step || (twice === step && whole % 2n !== 0n);
  return up ? whole + 1n : whole;
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const multiplier = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
  fc.integer({ min: 0, max: 30 }).map((bit) => 2 ** bit), // powers of two make ties
);
const shift = fc.integer({ min: 0, max: 62 });

describe('requantise', () => {
  test('equals BigInt for every accumulator, multiplier and shift', () => {
    fc.assert(
      fc.property(int32, multiplier, shift, (acc, m, s) => {
        const exact = requantiseExactly(acc, m, s);
        const limit = 2n ** 53n;
        expect(requantise(acc, m, s)).toBe(Number(exact > limit ? limit : exact < -limit ? -limit : exact));
      }),
      { numRuns: 20_000 },
    );
  });

  test('equals BigInt at and next to every tie', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), fc.integer({ min: 1, max: 31 }), (n, s) => {
        // (2n + 1) * 2^(s-1) / 2^s is a tie wherever the multiplier is a power of two.
        const m = 2 ** (s - 1);
        for (const acc of [2 * n, 2 * n + 1, 2 * n + 2])
          expect(requantise(acc, m, s)).toBe(Number(requantiseExactly(acc, m, s)));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    [1, 0],
    [3, 2],
    [5, 2],
    [-1, 0],
    [-3, -2],
    [-5, -2],
  ])('%i halves round to %i', (halves, wanted) => {
    for (const s of [1, 15, 16, 17, 18, 31]) expect(requantise(halves, 2 ** (s - 1), s)).toBe(wanted);
    expect(requantise(halves * 2 ** 20, 2 ** 30, 51)).toBe(wanted);
  });
});

describe('quantiseMultiplier', () => {
  test('fills 31 bits and is the nearest', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -32, max: 2 ** 31 - 1, noNaN: true }), (real) => {
        const { multiplier: m, shift: s } = quantiseMultiplier(real);
        expect(m).toBeGreaterThanOrEqual(2 ** 30);
        expect(m).toBeLessThan(2 ** 31);
        expect(s).toBeGreaterThanOrEqual(0);
        expect(s).toBeLessThanOrEqual(62);
        expect(Math.abs(m / 2 ** s - real)).toBeLessThanOrEqual(0.5 / 2 ** s);
      }),
    );
  });

  test.each([0, 2 ** -33, 1e-300])('%d times any int32 rounds to 0, so it is 0', (real) =>
    expect(quantiseMultiplier(real)).toEqual({ multiplier: 0, shift: 0 }),
  );

  test.each([Number.NaN, -0.5, 2 ** 31, Number.POSITIVE_INFINITY])('%d is refused', (real) =>
    expect(() => quantiseMultiplier(real)).toThrow(
      `a requantisation scale of ${real} is not a 31-bit multiplier over 2^shift`,
    ),
  );
});

describe('requantiseInto', () => {
  const clampTo = (n: bigint, low: number, high: number): number =>
    n < BigInt(low) ? low : n > BigInt(high) ? high : Number(n);

  /** Accumulators that land inside the byte range, and on ties, as well as far outside. */
  const lively = fc.record({
    acc: fc.array(fc.oneof(fc.integer({ min: -5000, max: 5000 }), int32), { minLength: 6, maxLength: 6 }),
    bias: fc.array(fc.oneof(fc.integer({ min: -99, max: 99 }), int32), { minLength: 3, maxLength: 3 }),
    scale: fc.array(
      fc.oneof(
        fc.record({ m: multiplier, s: shift }),
        fc.integer({ min: 1, max: 40 }).map((s) => ({ m: 2 ** Math.min(30, Math.max(0, s - 5)), s })),
      ),
      { minLength: 3, maxLength: 3 },
    ),
    signed: fc.boolean(),
    clamp: fc.tuple(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 })),
  });

  test('equals the plain way, value by value', () => {
    fc.assert(
      fc.property(lively, ({ acc, bias, scale, signed, clamp }) => {
        const [low, high] = [Math.min(...clamp), Math.max(...clamp)].map((n) => n + (signed ? 0 : 128)) as [
          number,
          number,
        ];
        const out = signed ? new Int8Array(6) : new Uint8Array(6);
        const filters: PerFilter = {
          bias: Int32Array.from(bias),
          multiplier: Int32Array.from(scale, ({ m }) => m),
          shift: Uint8Array.from(scale, ({ s }) => s),
          low,
          high,
        };
        requantiseInto(out, Int32Array.from(acc), filters);
        const wanted = acc.map((a, i) => {
          const k = i >> 1;
          const sum = Math.min(Math.max(a + bias[k]!, -(2 ** 31)), 2 ** 31 - 1);
          return clampTo(requantiseExactly(sum, scale[k]!.m, scale[k]!.s), low, high);
        });
        expect([...out]).toEqual(wanted);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a clamp outside the type is a bug', () => {
    const filters = { multiplier: Int32Array.of(1), shift: Uint8Array.of(0), low: -1, high: 255 };
    expect(() => requantiseInto(new Uint8Array(1), Int32Array.of(1), filters)).toThrow(
      '[-1, 255] does not fit [0, 255]',
    );
  });
});

test('roundHalfEven', () => {
  const cases = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [0.49999999999999994, 0],
    [2.51, 3],
    [-7.2, -7],
    [2 ** 52 + 1, 2 ** 52 + 1],
  ] as const;
  for (const [x, wanted] of cases) expect(roundHalfEven(x) + 0, `${x}`).toBe(wanted);
});
