/**
 * Run-length compression as in Eyeriss: pairs of a run of zeros and the level that ends it, packed into 64-bit words.
 *
 *   values       0 0 12 0 0 0 0 53 0 0 22
 *   pairs        (2, 12) (4, 53) (2, 22)
 *
 *   16-bit levels, as published: three pairs of 5 + 16 bits, and the bit that marks the last word
 *    63   62          46  42          26  21           5   0
 *   [last|level 3|run 3|  level 2|run 2|   level 1|run 1|]
 *
 *   8-bit levels, our packing of the same idea: five pairs of 4 + 8 bits, three bits unused, and the last bit
 *   (runs of 5 bits would leave room for four pairs only)
 *
 * A longer run goes on behind a level of zero: 31 zeros and a level of 0 are 32 zeros. Trailing zeros end so too.
 * The last word is filled up with pairs that the decoder, knowing the count of values, never reads.
 * Source: Chen et al., Eyeriss, JSSC 2017, its run-length compression (RLC).
 */
import { fail } from '../errors.ts';
import { bits } from '../units.ts';
import { bitReader, bitWriter } from './bits.ts';
import { emptyValues, type Format, settled, typeOf, type Values } from './format.ts';

const WORD = 64;
interface Packing {
  readonly runBits: number;
  readonly pairs: number; // in a 64-bit word
}
const packingOf = (wordBits: number): Packing =>
  wordBits === 16 ? { runBits: 5, pairs: 3 } : { runBits: 4, pairs: 5 };

/** Visit the pairs of an array: the zeros before a level, and the level. Returns how many there are. */
function eachPair(values: Values, longest: number, visit: (run: number, level: number) => void): number {
  let run = 0;
  let pairs = 0;
  for (let i = 0; i < values.length; i++) {
    const level = values[i]!;
    if (level === 0 && run < longest && i < values.length - 1) run++;
    else {
      visit(run, level);
      pairs++;
      run = 0;
    }
  }
  return pairs;
}

/** An empty array still takes a word, for its last bit. */
const sizeOf = (pairs: number, packing: Packing) =>
  bits(WORD * Math.max(1, Math.ceil(pairs / packing.pairs)));
const nothing = () => {};

export const runLength: Format = {
  name: 'run-length',
  summary: 'runs of zeros and the level behind each, packed into 64-bit words (Eyeriss)',

  sizeBits(values, layout) {
    const packing = packingOf(settled(values, layout).wordBits);
    return sizeOf(eachPair(values, 2 ** packing.runBits - 1, nothing), packing);
  },

  encode(values, layout) {
    const { wordBits, columnLength } = settled(values, layout);
    const packing = packingOf(wordBits);
    const longest = 2 ** packing.runBits - 1;
    const size = sizeOf(eachPair(values, longest, nothing), packing);
    const out = bitWriter(size);
    let written = 0;
    eachPair(values, longest, (run, level) => {
      if (written > 0 && written % packing.pairs === 0) out.align(WORD); // the last bit of that word stays 0
      out.put(run, packing.runBits);
      out.put(level, wordBits);
      written++;
    });
    const stream = out.finish();
    stream[size / 8 - 1] = stream[size / 8 - 1]! | 0x80; // the last bit of the last word
    const head = { type: typeOf(values), elements: values.length, wordBits, columnLength };
    return { ...head, bits: size, stream };
  },

  decode(encoded) {
    const values = emptyValues(encoded);
    const packing = packingOf(encoded.wordBits);
    const input = bitReader(encoded.stream, encoded.bits);
    let at = 0;
    for (let pair = 0; at < values.length; pair++) {
      if (pair > 0 && pair % packing.pairs === 0) input.align(WORD);
      at += input.take(packing.runBits);
      const level = input.take(encoded.wordBits);
      if (at >= values.length) fail(`a run of zeros reaches beyond the ${values.length} values of the array`);
      values[at++] = level;
    }
    return values;
  },
};
