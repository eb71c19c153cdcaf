/**
 * Bitmap: one presence bit per position, then the non-zeros in order. What the machine itself moves.
 *
 *   dense   0  7  0  0  5  0  0  9
 *   mask    0  1  0  0  1  0  0  1      8 x 1 bit
 *   values     7        5        9      3 x 8 bits      64 bits -> 32 bits
 *
 * Smaller than dense where the density is below 1 - 1/wordBits.
 */
import { countNonZeros } from '../tensor/tensor.ts';
import { bits } from '../units.ts';
import { bitReader, bitWriter } from './bits.ts';
import { emptyValues, type Format, settled, typeOf } from './format.ts';

const sizeFromCounts = (elements: number, nonZeros: number, wordBits: number) =>
  bits(elements + nonZeros * wordBits);

export const bitmap: Format = {
  name: 'bitmap',
  summary: 'one presence bit a position, then the non-zeros',
  sizeFromCounts,
  sizeBits: (values, layout) =>
    sizeFromCounts(values.length, countNonZeros(values), settled(values, layout).wordBits),

  encode(values, layout) {
    const { wordBits, columnLength } = settled(values, layout);
    const size = sizeFromCounts(values.length, countNonZeros(values), wordBits);
    const out = bitWriter(size);
    for (const value of values) out.put(value === 0 ? 0 : 1, 1);
    for (const value of values) if (value !== 0) out.put(value, wordBits);
    const head = { type: typeOf(values), elements: values.length, wordBits, columnLength };
    return { ...head, bits: size, stream: out.finish() };
  },

  decode(encoded) {
    const values = emptyValues(encoded);
    const input = bitReader(encoded.stream, encoded.bits);
    for (let i = 0; i < values.length; i++) values[i] = input.take(1);
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) values[i] = input.take(encoded.wordBits);
    return values;
  },
};
