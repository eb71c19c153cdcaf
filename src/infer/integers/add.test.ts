import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addBytes, addScales } from './add.ts';

const scale = fc.double({ min: 1e-4, max: 10, noNaN: true });
const byte = fc.integer({ min: 0, max: 255 });

/** The same with whole numbers of any length. */
function plainAdd(
  a: number,
  b: number,
  { multiplierA, multiplierB, shift }: ReturnType<typeof addScales>,
): number {
  const sum = BigInt(a) * BigInt(multiplierA) + BigInt(b) * BigInt(multiplierB);
  const unit = 1n << BigInt(shift);
  const floor = sum >> BigInt(shift);
  const twice = 2n * (sum - floor * unit);
  const up = twice > unit || (twice === unit && floor % 2n !== 0n);
  return Math.max(-128, Math.min(127, Number(up ? floor + 1n : floor)));
}

test('equals the sum in big integers, and the real sum to a step', () =>
  fc.assert(
    fc.property(scale, scale, scale, byte, byte, (sa, sb, so, a, b) => {
      const scales = addScales(
        { scale: sa, type: 'uint8' },
        { scale: sb, type: 'int8' },
        { scale: so, type: 'int8' },
      );
      const [A, B] = [Uint8Array.of(a), Int8Array.of(b - 128)];
      const [sum] = addBytes(A, B, { ...scales, type: 'int8' });
      expect(sum).toBe(plainAdd(a, b - 128, scales));
      const real = Math.max(-128, Math.min(127, (a * sa + (b - 128) * sb) / so));
      expect(Math.abs(sum! - real)).toBeLessThanOrEqual(0.5 + 1e-5);
    }),
  ));

test('multipliers fit 31 bits even next to a power of two', () => {
  for (const ratio of [1, 2, 0.5, 2 - 2 ** -52, 1 - 2 ** -53, 2 ** -40]) {
    const s = addScales(
      { scale: ratio, type: 'int8' },
      { scale: 1e-9, type: 'int8' },
      { scale: 1, type: 'int8' },
    );
    expect(s.multiplierA).toBeLessThan(2 ** 31);
    expect(s.shift).toBeLessThanOrEqual(62);
  }
});

test('ties go to even: 0.5 + 0 is 0, 1.5 + 0 is 2', () => {
  const half = { scale: 0.5, type: 'uint8' } as const;
  const to = { ...addScales(half, half, { scale: 1, type: 'uint8' }), type: 'uint8' } as const;
  expect([...addBytes(Uint8Array.of(1, 3, 5), Uint8Array.of(0, 0, 0), to)]).toEqual([0, 2, 2]);
});

test('a step too fine for the sum is refused', () =>
  expect(() =>
    addScales({ scale: 1e10, type: 'int8' }, { scale: 1, type: 'int8' }, { scale: 1e-10, type: 'int8' }),
  ).toThrow('a sum with scales 10000000000 and 1 cannot be held in steps of 1e-10'));
