/** No compression: every value in a word of its own. */
import { bits } from '../units.ts';
import { bitReader, bitWriter } from './bits.ts';
import { emptyValues, type Format, settled, typeOf } from './format.ts';

const sizeFromCounts = (elements: number, _nonZeros: number, wordBits: number) => bits(elements * wordBits);

export const dense: Format = {
  name: 'dense',
  summary: 'every value in a word of its own',
  sizeFromCounts,
  sizeBits: (values, layout) => sizeFromCounts(values.length, 0, settled(values, layout).wordBits),

  encode(values, layout) {
    const { wordBits, columnLength } = settled(values, layout);
    const size = sizeFromCounts(values.length, 0, wordBits);
    const out = bitWriter(size);
    for (const value of values) out.put(value, wordBits);
    const head = { type: typeOf(values), elements: values.length, wordBits, columnLength };
    return { ...head, bits: size, stream: out.finish() };
  },

  decode(encoded) {
    const values = emptyValues(encoded);
    const input = bitReader(encoded.stream, encoded.bits);
    for (let i = 0; i < values.length; i++) values[i] = input.take(encoded.wordBits);
    return values;
  },
};
