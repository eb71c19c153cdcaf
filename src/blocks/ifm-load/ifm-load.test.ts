/** What the loader leaves in its memories against the ifmap it was given, and its wires against those of its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon } from '../../../rtl/blocks/agree.ts';
import { type Drawn, drawIfmap, type LoaderSize, onesOf } from '../../../rtl/blocks/ifm-load/random-ifmap.ts';
import { runLoader } from '../../../rtl/blocks/ifm-load/run-loader.ts';
import { missing } from '../../../rtl/tool.ts';

const sizes: readonly LoaderSize[] = [
  { rows: 3, psumDepth: 64, valueBeats: 64 },
  { rows: 2, psumDepth: 128, valueBeats: 128 },
  { rows: 1, psumDepth: 32, valueBeats: 64 },
];

/** Every wave of a loaded half: its entries point at its rows' values, and say how many slots these take. */
function checkHalf({ drawn, place, memories }: { drawn: Drawn; place: number; memories: Memories }): void {
  const { layer, partitions, taps, size } = drawn;
  const { tiles } = partitions[place]!;
  for (let v = 0; v < layer.channels; v++) {
    const [row, group] = [v % size.rows, Math.floor(v / size.rows)];
    for (const [t, { bits, values }] of tiles[v]!.entries()) {
      const entry = memories.entry(row, t * layer.groups + group)!;
      const held = taps[v]!;
      expect(entry).toMatchObject({ slots: onesOf(bits) * held.taps, taps: held.taps, lane: held.lane });
      expect(entry.bitmap).toEqual(entry.taps === 0 ? new Uint32Array(bits.length) : bits);
      expect(values.map((_, i) => memories.value(row, entry.value + i))).toEqual(values);
    }
  }
}

type Memories = ReturnType<typeof runLoader>['halves'][number]['memories'];

/** Whether a row has work, wave by wave. */
function plainWork({ layer, partitions, taps, size }: Drawn, place: number): readonly boolean[] {
  const work: boolean[] = [];
  for (const [v, tiles] of partitions[place]!.tiles.entries())
    for (const [t, { bits }] of tiles.entries()) {
      const wave = t * layer.groups + Math.floor(v / size.rows);
      work[wave] ||= onesOf(bits) * taps[v]!.taps > 0;
    }
  return work;
}

test.each(sizes)(
  '$rows rows, bitmaps of $psumDepth: every entry and value lies where it belongs, and every wave with work is known',
  (size) => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const drawn = drawIfmap(seed, size);
        const { halves, overflow } = runLoader(drawn, seed);
        expect(overflow).toBe(false);
        expect(halves.length).toBe(drawn.layer.ifmapLoads);
        for (const [i, { memories, works }] of halves.entries()) {
          const place = i % drawn.layer.partitions;
          checkHalf({ drawn, place, memories });
          const plain = plainWork(drawn, place);
          for (const [wave, found] of works) expect(found).toBe(plain[wave]);
        }
      }),
      // A partition of fewer tiles than others, whose values are there before the beats that fill up its bitmaps.
      { numRuns: 40, examples: [[598636]] },
    );
  },
);

/** Whether the values of some row, channel by channel from a beat on, are more than a half holds. */
const plainOverflow = ({ layer, partitions, size }: Drawn): boolean =>
  partitions.some(({ tiles }) =>
    Array.from({ length: size.rows }, (_, row) => {
      let [start, end] = [0, 0]; // bytes
      for (let v = row; v < layer.channels; v += size.rows) {
        start = 16 * Math.ceil(end / 16);
        end = start + tiles[v]!.reduce((sum, { values }) => sum + values.length, 0);
      }
      return end;
    }).some((end) => end > 16 * size.valueBeats),
  );

test('values that do not fit are told', () => {
  const drawn = Array.from({ length: 12 }, (_, seed) =>
    drawIfmap(seed, { rows: 3, psumDepth: 64, valueBeats: 16 }, 1),
  );
  const plain = drawn.map(plainOverflow);
  expect(new Set(plain)).toEqual(new Set([true, false]));
  expect(drawn.map((each, seed) => runLoader(each, seed).overflow)).toEqual(plain);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ifm_load.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([...sizes, { rows: 3, psumDepth: 64, valueBeats: 16 }])(
    '$rows rows, bitmaps of $psumDepth, $valueBeats beats: every wire, every cycle',
    { timeout: 120_000 },
    async (size) => {
      const seeds = [...Array(24).keys(), 598636];
      const runs = seeds.map((seed) =>
        runLoader(drawIfmap(seed, size, seed % 3 === 0 ? 1 : undefined), seed),
      );
      if (size.valueBeats === 16) expect(runs.some(({ overflow }) => overflow)).toBe(true);
      const parameters = {
        ...{ ROWS: size.rows, PSUM_DEPTH: size.psumDepth, VALUE_BEATS: size.valueBeats },
        ...{ ENTRIES: 32, CHANNELS: 64 },
      };
      const sources = [
        ...['ifm-load/ifm_load', 'ifm-load/ifm_entries', 'ifm-load/ifm_values'],
        'fifo/fifo',
      ].map((name) => `src/blocks/${name}.sv`);
      const vectors = runs.flatMap((run) => run.vectors);
      const expected = runs.flatMap((run) => run.expected);
      expect(
        await differenceToSilicon({ top: 'ifm_load', sources, parameters, vectors }, expected),
      ).toBeUndefined();
    },
  );
});
