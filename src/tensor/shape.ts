/** Shapes, and the one place that decides how large a tensor may be before anything is allocated. */
import { fail } from '../errors.ts';

export type Shape = readonly number[];

/** 2^28 elements: twice VGG-16's largest layer, far below what would exhaust a laptop. */
export const MAX_ELEMENTS = 2 ** 28;

/** The number of elements; refuses negative, fractional or absurd dimensions. */
export function volume(shape: Shape, what = 'tensor'): number {
  let n = 1;
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || d < 0)
      fail(`${what} has shape [${shape}]: dimensions must be whole numbers from 0 up`);
    n *= d;
    if (n > MAX_ELEMENTS)
      fail(`${what} has shape [${shape}]: more than ${MAX_ELEMENTS} elements`, {
        hint: 'use a smaller input or batch',
      });
  }
  return n;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);
