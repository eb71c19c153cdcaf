/**
 * Compressed sparse columns in Eyeriss v2's manner: every non-zero with a 4-bit count of the zeros before it in its
 * column, and an address vector that tells where each column ends.
 *
 *   columns of 4        0 7 0 5 | 0 0 0 0 | 9 0 0 1
 *   address                   2         2         4       A bits each: pairs before the end of the column
 *   pairs               (1, 7) (1, 5)     (0, 9) (2, 1)   4 + wordBits bits each
 *
 *   stream   [A: 5 bits] [address of column 0, 1, ...] [pair 0, 1, ...]
 *
 * A is the least width that counts all pairs. More than 15 zeros in a row need a pair (15, 0) on the way; zeros
 * behind a column's last non-zero are not stored. Source: Chen et al., Eyeriss v2, JETCAS 2019
 * (there 7-bit addresses, as wide as its scratchpads need).
 */
import { fail } from '../errors.ts';
import { bits } from '../units.ts';
import { bitReader, bitsFor, bitWriter } from './bits.ts';
import { emptyValues, type Format, settled, typeOf, type Values } from './format.ts';

const COUNT_BITS = 4;
const LONGEST = 2 ** COUNT_BITS - 1;
const WIDTH_BITS = 5; // holds A, at most 29: no array has more than 2^28 values

/** Visit the pairs of one column; returns how many there are. */
function eachPair(column: Values, visit: (zeros: number, value: number) => void): number {
  let zeros = 0;
  let pairs = 0;
  for (const value of column) {
    if (value === 0) zeros++;
    else {
      for (; zeros > LONGEST; zeros -= LONGEST + 1, pairs++) visit(LONGEST, 0);
      visit(zeros, value);
      pairs++;
      zeros = 0;
    }
  }
  return pairs;
}
const nothing = () => {};

function* columnsOf(values: Values, columnLength: number): Generator<Values> {
  for (let at = 0; at < values.length; at += columnLength) yield values.subarray(at, at + columnLength);
}

/** Where each column ends, in pairs, and the size of the whole. */
function plan(values: Values, columnLength: number, wordBits: number) {
  const ends: number[] = [];
  let pairs = 0;
  for (const column of columnsOf(values, columnLength)) ends.push((pairs += eachPair(column, nothing)));
  const addressBits = bitsFor(pairs + 1);
  const size = bits(WIDTH_BITS + ends.length * addressBits + pairs * (COUNT_BITS + wordBits));
  return { ends, addressBits, size };
}

export const csc: Format = {
  name: 'csc',
  summary: 'compressed sparse columns: 4-bit zero counts and an address a column (Eyeriss v2)',

  sizeBits(values, layout) {
    const { wordBits, columnLength } = settled(values, layout);
    return plan(values, columnLength, wordBits).size;
  },

  encode(values, layout) {
    const { wordBits, columnLength } = settled(values, layout);
    const { ends, addressBits, size } = plan(values, columnLength, wordBits);
    const out = bitWriter(size);
    out.put(addressBits, WIDTH_BITS);
    for (const end of ends) out.put(end, addressBits);
    for (const column of columnsOf(values, columnLength))
      eachPair(column, (zeros, value) => {
        out.put(zeros, COUNT_BITS);
        out.put(value, wordBits);
      });
    const head = { type: typeOf(values), elements: values.length, wordBits, columnLength };
    return { ...head, bits: size, stream: out.finish() };
  },

  decode(encoded) {
    const values = emptyValues(encoded);
    const { columnLength, wordBits } = encoded;
    const input = bitReader(encoded.stream, encoded.bits);
    const addressBits = input.take(WIDTH_BITS);
    if (addressBits === 0) return values; // no pair at all
    const ends = Array.from({ length: Math.ceil(values.length / columnLength) }, () =>
      input.take(addressBits),
    );
    let pair = 0;
    ends.forEach((end, c) => {
      let at = c * columnLength;
      for (; pair < end; pair++) {
        at += input.take(COUNT_BITS);
        if (at >= (c + 1) * columnLength) fail(`column ${c} holds more than its ${columnLength} values`);
        values[at++] = input.take(wordBits);
      }
    });
    return values;
  },
};
