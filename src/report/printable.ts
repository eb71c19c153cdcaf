/** Foreign names made safe to show: no control, bidirectional or invisible character reaches a terminal, and none HTML. */

/** Control, format, surrogate and unassigned characters, and the two line separators, written as \u{…}. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

/** At most `width` characters, the middle left out: layer names differ at both ends. */
export function shortened(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  if (width < 2) return '…'.slice(0, width);
  const front = Math.ceil((width - 1) / 2);
  return `${letters.slice(0, front).join('')}…${letters.slice(letters.length - (width - 1 - front)).join('')}`;
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** For text and for quoted attributes alike. */
export const escapeHtml = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (c) => ENTITIES.get(c)!);
