/** How far two tensors lie apart, relative to the larger's largest magnitude. */
import { expect } from 'vitest';
import type { Tensor } from '../../src/tensor/tensor.ts';

export function distance(got: Tensor, wanted: Tensor): number {
  let [most, apart] = [0, 0];
  for (let i = 0; i < wanted.data.length; i++) {
    const [a, b] = [got.data[i]!, wanted.data[i]!];
    if (Object.is(a, b) || a === b) continue;
    most = Math.max(most, Math.abs(b));
    apart = Math.max(apart, Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b));
  }
  for (const n of wanted.data) if (Number.isFinite(n)) most = Math.max(most, Math.abs(n));
  return apart === 0 ? 0 : apart / most;
}

/** The same element by element, each relative to itself: stricter, and unfair to what nearly cancels out. */
export const farthest = (got: Tensor, wanted: Tensor): number =>
  wanted.data.reduce(
    (most, b, i) => Math.max(most, got.data[i] === b ? 0 : Math.abs(got.data[i]! / b - 1)),
    0,
  );

export function expectClose(got: Tensor, wanted: Tensor, { within = 1e-4 } = {}): void {
  expect(got.shape, 'shape').toEqual(wanted.shape);
  expect(got.data.length, 'elements').toBe(wanted.data.length);
  expect(distance(got, wanted), 'relative distance').toBeLessThanOrEqual(within);
}
