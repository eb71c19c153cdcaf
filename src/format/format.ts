/** What every compression format answers. A new format is one file beside this one and a line in index.ts. */
import { fail } from '../errors.ts';
import { MAX_ELEMENTS } from '../tensor/shape.ts';
import type { Bits } from '../units.ts';

export type Values = Int8Array | Uint8Array | Int16Array;

export interface Layout {
  /** Bits of a stored value: 8 or 16, and not less than the array's own, which is the default. */
  readonly wordBits?: number;
  /** Values of one column, for formats that keep columns apart; all of them unless said. */
  readonly columnLength?: number;
}

/** A compressed array and what a decoder must know besides its bits. */
export interface Encoded {
  readonly type: 'int8' | 'uint8' | 'int16';
  readonly elements: number;
  readonly wordBits: number;
  readonly columnLength: number;
  readonly bits: Bits; // length of the stream
  readonly stream: Uint8Array;
}

export interface Format {
  readonly name: string;
  readonly summary: string; // one line for `sense list`
  readonly encode: (values: Values, layout?: Layout) => Encoded;
  readonly decode: (encoded: Encoded) => Values;
  /** The size of what encode would make, without making it. */
  readonly sizeBits: (values: Values, layout?: Layout) => Bits;
  /** The same from counts alone, where places do not matter. */
  readonly sizeFromCounts?: (elements: number, nonZeros: number, wordBits: number) => Bits;
}

/** A layout with nothing left open. */
export function settled(values: Values, layout: Layout = {}): Required<Layout> {
  const own = values.BYTES_PER_ELEMENT * 8;
  const { wordBits = own, columnLength = Math.max(1, values.length) } = layout;
  if ((wordBits !== 8 && wordBits !== 16) || wordBits < own)
    fail(`words of ${wordBits} bits for ${own}-bit values: expected 8 or 16, and no fewer than ${own}`);
  if (!Number.isSafeInteger(columnLength) || columnLength < 1 || values.length % columnLength !== 0)
    fail(`columns of ${columnLength} values do not divide ${values.length} values`);
  return { wordBits, columnLength };
}

export const typeOf = (values: Values): Encoded['type'] =>
  values instanceof Int8Array ? 'int8' : values instanceof Uint8Array ? 'uint8' : 'int16';

/** Room for the values of an encoded array; what it says of itself comes from outside, so it is checked first. */
export function emptyValues({ type, elements, wordBits, columnLength }: Encoded): Values {
  if (wordBits !== 8 && wordBits !== 16)
    fail(`a compressed array with words of ${wordBits} bits: expected 8 or 16`);
  if (!Number.isSafeInteger(columnLength) || columnLength < 1)
    fail(`a compressed array with columns of ${columnLength}`);
  if (!Number.isSafeInteger(elements) || elements < 0 || elements > MAX_ELEMENTS)
    fail(`a compressed array of ${elements} values: expected 0 to ${MAX_ELEMENTS}`);
  return new { int8: Int8Array, uint8: Uint8Array, int16: Int16Array }[type](elements);
}
