/** Bytes of a file to lines of text, and texts to numbers: bounded, and refused in words. */
import { fail } from '../errors.ts';

/** The largest text file that is read: SCALE-Sim's longest table has 50 KB. */
export const MAX_TEXT = 2 ** 22; // bytes

export function textOf(bytes: Uint8Array, what: string): string {
  if (bytes.length > MAX_TEXT)
    fail(`the ${what} has ${bytes.length} bytes, more than the ${MAX_TEXT} allowed`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail(`the ${what} is not text in UTF-8`);
  }
}

export const linesOf = (text: string): readonly string[] => text.split(/\r\n|\n|\r/);

/** Decimal digits to a whole number of at most 2^53 - 1. */
export function wholeNumber(text: string, what: string): number {
  const n = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(n)) fail(`${what} is ${quoted(text)}, expected a whole number`);
  return n;
}

/** A few characters of a foreign text, safe to print. */
export const quoted = (text: string): string =>
  `"${[...text.trim()]
    .slice(0, 40)
    .join('')
    .replace(/[\p{C}\u2028\u2029]/gu, '?')}"`;

/** "a, b, c, … and 4 more" */
export function listed(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).map((name) => quoted(name).slice(1, -1));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}
