/** Words of taps as they were packed, and as silicon reads them. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { type Beat, putBits } from './beat.ts';
import { tapWordOf } from './tap-memory.ts';

const shapes = [
  { lanes: 3, tapBits: 14 },
  { lanes: 4, tapBits: 15 },
  { lanes: 1, tapBits: 13 },
];
type Shape = (typeof shapes)[number];
const wordsOf = ({ lanes, tapBits }: Shape) => ({
  whole: Math.floor(128 / (lanes * tapBits)),
  bare: Math.floor(128 / (lanes * 8)),
});

/** Beats of either kind, and the words that were put into them. */
function drawBeats({ lanes, tapBits }: Shape, count: number) {
  const { below } = seeded(lanes, 'taps');
  return Array.from({ length: count }, () => {
    const bare = below(2) === 1;
    const width = bare ? 8 : tapBits;
    const beat: Beat = new Uint32Array(4);
    const words = Array.from({ length: wordsOf({ lanes, tapBits })[bare ? 'bare' : 'whole'] }, (_, w) =>
      Array.from({ length: lanes }, (_, l) => {
        if (below(4) === 0) return undefined;
        const tap = { weight: below(127) + 1 - 128 * below(2), offset: bare ? 0 : below(2 ** (tapBits - 8)) };
        const at = (w * lanes + l) * width;
        putBits(beat, at, width - 8, tap.offset);
        putBits(beat, at + width - 8, 8, tap.weight);
        return tap;
      }),
    );
    return { bare, beat, words };
  });
}

test.each(shapes)('$lanes lanes of $tapBits bits: a word is what was packed', (shape) => {
  for (const { bare, beat, words } of drawBeats(shape, 50))
    for (const [word, taps] of words.entries()) expect(tapWordOf(beat, { word, bare }, shape)).toEqual(taps);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`tap_memory.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each(shapes)('$lanes lanes of $tapBits bits: every word of every beat', async (shape) => {
    const { lanes, tapBits } = shape;
    const beats = drawBeats(shape, 16);
    const reads = beats.flatMap(({ bare, beat, words }, at) =>
      words.map((_, sub) => ({ at, sub, bare, beat })),
    );
    const joined = (beat: Beat): bigint => beat.reduceRight((bits, each) => (bits << 32n) | BigInt(each), 0n);
    const nothing = { write: 0, write_address: 0, write_data: 0, bare: 0, beat: 0, sub: 0 };
    const vectors: InputRow[] = [
      ...beats.map(({ beat }, at) => ({ ...nothing, write: 1, write_address: at, write_data: joined(beat) })),
      ...reads.map(({ at, sub, bare }) => ({ ...nothing, bare: Number(bare), beat: at, sub })),
      nothing,
      nothing,
    ];
    const { whole, bare: bareWords } = wordsOf(shape);
    const outputs = await cosimulate({
      top: 'tap_memory',
      sources: ['tap_memory', 'table_memory'].map((name) => `src/blocks/table-memory/${name}.sv`),
      parameters: { LANES: lanes, TAP_BITS: tapBits, WORDS: whole, BARE_WORDS: bareWords, DEPTH: 16 },
      vectors,
    });
    for (const [i, { beat, sub, bare }] of reads.entries()) {
      const word = new Uint32Array(4);
      for (const [l, tap] of tapWordOf(beat, { word: sub, bare }, shape).entries()) {
        putBits(word, l * tapBits, tapBits - 8, tap?.offset ?? 0);
        putBits(word, l * tapBits + tapBits - 8, 8, tap?.weight ?? 0);
      }
      expect(BigInt(outputs[beats.length + i + 2]!.word!)).toBe(joined(word));
    }
  });
});
