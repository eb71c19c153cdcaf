/** Option values from their texts: bounded, and refused in words. */
import { fail } from '../src/errors.ts';

/** A whole number in [low, high], written in decimal digits. */
export function whole(low: number, high: number): (text: string, flag: string) => number {
  return (text, flag) => {
    const n = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(n >= low && n <= high)) fail(`${flag} takes a whole number from ${low} to ${high}, got "${text}"`);
    return n;
  };
}

const decimal = (text: string): number =>
  /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;

/** A share of zeros: 0 up to but not 1, for a network of zeros computes nothing. */
export function zerosShare(text: string, flag: string): number {
  const n = decimal(text);
  if (!(n >= 0 && n < 1))
    fail(`${flag} takes a share of zeros from 0 to less than 1, got "${text}"`, {
      hint: `${flag} 0.5 prunes one half`,
    });
  return n;
}

/** published, dense, or a density from 0 to 1. */
export function activations(text: string, flag: string): 'published' | 'dense' | number {
  if (text === 'published' || text === 'dense') return text;
  const n = decimal(text);
  if (!(n >= 0 && n <= 1)) fail(`${flag} takes published, dense or a density from 0 to 1, got "${text}"`);
  return n;
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string, flag: string) => T {
  return (text, flag) =>
    words.find((word) => word === text) ?? fail(`${flag} takes ${words.join(', ')}, got "${text}"`);
}

/** Names with commas between. */
export const commaList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
