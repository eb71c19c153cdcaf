/** The weight loader against the taps it was given, and against its silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { STREAM_BITS } from '../../../rtl/compute/widths.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { FEED } from '../feed.ts';
import { type ChainWord, freshLoad } from '../pe/pe.ts';
import { type Load, type LoadHeader, type TapWord, WeightLoader } from './weight-loader.ts';

const [rows, cols] = [5, 3];

const [WORDS_PER_BEAT, BARE_WORDS] = [3, 5];
const BARE = 2 ** (STREAM_BITS - 1);
/** Where a word lies behind the first one of a beat: three bits tell the words of a beat apart. */
const tapAt = (word: number, perBeat: number): number => 8 * Math.floor(word / perBeat) + (word % perBeat);

interface PlacedLoad extends Load {
  readonly taps: readonly number[]; // of each row
  readonly bare: boolean;
  readonly skipped: number;
}

interface Stream {
  readonly loads: readonly PlacedLoad[];
  readonly headers: readonly LoadHeader[];
  readonly columns: readonly (readonly TapWord[])[];
}

function randomStream(lanes: number, seed: number): Stream {
  const { below } = seeded(seed, 'loads');
  const loads = Array.from({ length: 20 }, (_, g) => {
    const taps = Array.from({ length: below(rows + 1) }, () => 1 + below(g % 3 === 0 ? 2 : 9));
    const bare = below(2) === 1;
    const skipped = below(bare ? BARE_WORDS : WORDS_PER_BEAT); // words of its first beat that belong to others
    return {
      taps,
      bare,
      skipped,
      base: below(1 + Math.ceil((9 + lanes - 1) / lanes)),
      words: Math.ceil(taps.reduce((sum, k) => sum + k, 0) / lanes),
    };
  });
  let [word, beat] = [0, 0];
  const placed = loads.map((load) => {
    const perBeat = load.bare ? BARE_WORDS : WORDS_PER_BEAT;
    const at = { header: word, tap: (load.bare ? BARE : 0) + 8 * beat + load.skipped };
    word += load.words;
    beat += Math.ceil((load.skipped + load.words) / perBeat);
    return { ...load, ...at };
  });
  const headers = loads.flatMap(({ taps, words }) => {
    const entries = taps.flatMap((k) => Array.from({ length: k }, (_, i) => ({ last: i === k - 1 })));
    return Array.from({ length: words }, (_, w) =>
      Array.from({ length: lanes }, (_, l) => entries[w * lanes + l]),
    );
  });
  const columns = Array.from({ length: cols }, () =>
    headers.map((header) =>
      header.map((tap) =>
        tap && below(4) > 0 ? { weight: below(127) + 1 - 128 * below(2), offset: below(64) } : undefined,
      ),
    ),
  );
  return { loads: placed, headers, columns };
}

/** What enters each chain, cycle by cycle, with loads as near to each other as the bank switch allows. */
function run({ loads, headers, columns }: Stream) {
  const sizes = { wordsPerBeat: WORDS_PER_BEAT, bareWords: BARE_WORDS, bareFrom: BARE };
  const loader = new WeightLoader({ cols, ...sizes });
  const wordAt = new Map(
    loads.flatMap(({ words, header, tap, bare, skipped }) =>
      Array.from({ length: words }, (_, i) => {
        const at = tapAt(skipped + i, bare ? BARE_WORDS : WORDS_PER_BEAT);
        return [tap - skipped + at, header + i] as const;
      }),
    ),
  );
  const cycles: {
    load: Load | undefined;
    header: LoadHeader;
    taps: readonly TapWord[];
    chains: readonly (ChainWord | undefined)[];
    headerAddress: number;
    tapAddress: Int32Array;
  }[] = [];
  const starts: number[] = [];
  let [next, g] = [2, 0];
  let [header, headerNext] = [headers[0]!, headers[0]!];
  const firstTaps = columns.map((column) => column[0]!);
  let [taps, tapsNext] = [firstTaps, firstTaps];
  for (let t = 0; g < loads.length || t < next + cols + FEED + 3; t++) {
    const load = t === next ? loads[g] : undefined;
    if (load) {
      starts.push(t);
      next += load.words + 2;
      g++;
    }
    const [headerAddress, tapAddress] = [loader.headerAddress, loader.tapAddress.slice()];
    const chains = taps.map((_, c) => loader.chain(c));
    cycles.push({ load, header, taps, chains, headerAddress, tapAddress });
    loader.tick({ load, header, taps });
    loader.commit();
    [header, headerNext] = [headerNext, headers[headerAddress] ?? headerNext];
    const read = columns.map((column, c) => column[wordAt.get(tapAddress[c]!) ?? -1] ?? tapsNext[c]!);
    [taps, tapsNext] = [tapsNext, read];
  }
  return { cycles, starts };
}

test.each([1, 2, 3, 4])(
  '%i lanes: every tap reaches its row of every column, FEED cycles after its slot',
  (lanes) => {
    const stream = randomStream(lanes, lanes);
    const { cycles, starts } = run(stream);
    const expected: (ChainWord | undefined)[][] = cycles.map(() => new Array(cols).fill(undefined));
    let word = 0;
    for (const [g, { taps, words, base }] of stream.loads.entries()) {
      const lasts = taps.flatMap((k) => Array.from({ length: k }, (_, i) => i === k - 1));
      for (let c = 0; c < cols && words > 0; c++) expected[starts[g]! + FEED - 1 + c]![c] = freshLoad(base);
      for (let w = 0; w < words; w++, word++)
        for (let c = 0; c < cols; c++)
          expected[starts[g]! + FEED + w + c]![c] = {
            fresh: undefined,
            left: lanes,
            lanes: Array.from({ length: lanes }, (_, l) => ({
              last: lasts[w * lanes + l] ?? false,
              tap: stream.columns[c]![word]![l],
            })),
          };
    }
    expect(cycles.map(({ chains }) => chains)).toEqual(expected);
  },
);

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `weight_loader.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test.each([1, 3])('%i lanes: every chain, every cycle', async (lanes) => {
      const arch = { ...zcu102, array: { rows, cols }, pe: { ...zcu102.pe, weightLanes: lanes } };
      const wires = coreWires(arch);
      const { cycles } = run(randomStream(lanes, 7));
      const outputs = await cosimulate({
        top: 'weight_loader',
        sources: ['src/blocks/weight-loader/weight_loader.sv'],
        parameters: { ROWS: rows, COLS: cols, WEIGHT_LANES: lanes, STREAM_BITS, WORDS_PER_BEAT, BARE_WORDS },
        vectors: [
          { reset: 1 },
          ...cycles.map(
            ({ load, header, taps }): InputRow => ({
              start: load !== undefined,
              words: load?.words ?? 0,
              base: load?.base ?? 0,
              first_header: load?.header ?? 0,
              first_tap: load?.tap ?? 0,
              header: header.reduce((bits, tap, l) => bits | ((tap ? (tap.last ? 3 : 2) : 0) << (2 * l)), 0),
              taps: wires.joined(taps.map(wires.taps.encode), wires.taps.width),
            }),
          ),
        ],
      });
      const width = BigInt(wires.chain.width);
      expect(
        outputs
          .slice(1)
          .map(({ chains }) =>
            Array.from({ length: cols }, (_, c) =>
              wires.chain.decode(BigInt.asUintN(wires.chain.width, BigInt(chains!) >> (BigInt(c) * width))),
            ),
          ),
      ).toEqual(cycles.map(({ chains }) => chains));
      expect(outputs.slice(1).map((row) => row.header_address)).toEqual(
        cycles.map(({ headerAddress }) => headerAddress),
      );
      expect(
        outputs
          .slice(1)
          .map((row) =>
            Array.from({ length: cols }, (_, c) =>
              Number(BigInt.asUintN(STREAM_BITS, BigInt(row.tap_address!) >> BigInt(STREAM_BITS * c))),
            ),
          ),
      ).toEqual(cycles.map(({ tapAddress }) => [...tapAddress]));
    });
  },
);
