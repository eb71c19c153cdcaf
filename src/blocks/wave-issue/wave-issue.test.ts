/** Records against the loops of a layer written plainly, and the issuer's wires against those of its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon } from '../../../rtl/blocks/agree.ts';
import { drawLayer, plainWaves } from '../../../rtl/blocks/wave-issue/random-layer.ts';
import { ISSUE_SHAPE, runIssue } from '../../../rtl/blocks/wave-issue/run-issue.ts';
import { missing } from '../../../rtl/tool.ts';
import { BARE, tagOf } from './wave-issue.ts';

const layersOf = (seed: number) => [drawLayer(seed), drawLayer(seed + 1)];

test('every wave of every pass comes once, in order, with what its tables say', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.boolean(), (seed, hurry) => {
      const drawn = layersOf(seed);
      const { layers } = runIssue(drawn, seed, hurry);
      for (const [i, { records, regions }] of layers.entries()) {
        const { layer, groups, tiles, works } = drawn[i]!;
        const waves = plainWaves(drawn[i]!);
        expect(records.length).toBe(waves.length);
        for (const [w, wave] of waves.entries()) {
          const { tag, entry, tap, place, ...record } = records[w]!;
          const [group, tile] = [groups[wave.group]!, tiles[wave.tile]!];
          expect(record).toMatchObject({
            ...{ final: w === waves.length - 1, endsTile: wave.endsTile, psums: tile.psums, base: 0 },
            ...{ words: works[wave.wave] ? group.words : 0, header: group.header },
          });
          expect(place).toMatchObject({ halo: tile.halo, origin: tile.origin, reciprocal: tile.reciprocal });
          expect(tagOf(tag)).toMatchObject({ tile: wave.tile, completes: wave.endsRegion });
          expect(entry % ISSUE_SHAPE.entries).toBe(wave.wave);
          const beat = (layer.blockBeats * wave.blockOfUnit + group.beat) % ISSUE_SHAPE.weightBeats;
          expect(tap % (8 * ISSUE_SHAPE.weightBeats)).toBe(8 * beat + group.word);
          expect(tap >= BARE).toBe(layer.bare === 1);
        }
        expect(regions.map(({ partition, block }) => ({ partition, block }))).toEqual(
          waves.filter((wave) => wave.endsRegion).map(({ partition, block }) => ({ partition, block })),
        );
      }
    }),
    { numRuns: 150 },
  );
});

test('psum banks and halves take turns: a bank a tile, a half of the lanes a region', () => {
  const drawn = Array.from({ length: 12 }, (_, seed) => drawLayer(seed));
  const { layers } = runIssue(drawn, 1);
  const records = layers.flatMap((layer) => layer.records);
  const turns = (list: readonly number[]) => list.every((bit, i) => bit === (list[0]! + i) % 2);
  expect(turns(records.filter(({ endsTile }) => endsTile).map(({ place }) => place.psumBank))).toBe(true);
  expect(turns(layers.flatMap(({ regions }) => regions.map(({ half }) => half)))).toBe(true);
  let unitHalf = 0;
  for (const [i, layer] of layers.entries()) {
    const waves = plainWaves(drawn[i]!);
    // A side that is loaded once stays in its half; one that is loaded again and again takes the halves in turn.
    const halves = (first: number, size: number, of: 'partition' | 'unit', loads: number): number => {
      let [half, before] = [first, waves[0]![of]];
      for (const [w, wave] of waves.entries()) {
        if (wave[of] !== before && loads > 1) half = 1 - half;
        before = wave[of];
        const record = layer.records[w]!;
        expect(Math.floor((of === 'unit' ? record.tap % BARE : record.entry) / size)).toBe(half);
      }
      return half;
    };
    halves(0, ISSUE_SHAPE.entries, 'partition', drawn[i]!.layer.partitions);
    // Weights take them in turn from layer to layer: the next layer's come under the last one.
    unitHalf = 1 - halves(unitHalf, 8 * ISSUE_SHAPE.weightBeats, 'unit', drawn[i]!.layer.units);
  }
});

test('where nothing is waited for, waves follow each other by a cycle, and passes of 6 waves or more by one too', () => {
  const layer = {
    weightFirst: 0,
    partitions: 1,
    units: 1,
    blocks: 4,
    unitBlocks: 4,
    chunks: 1,
    chunkGroups: 3,
    bare: 0,
  };
  const drawn = { ...drawLayer(1), layer: { ...layer, groups: 3, blockBeats: 1 } };
  const two = { ...drawn, partitions: [{ firstTile: 0, tiles: 2 }], groups: drawLayer(3).groups.slice(0, 1) };
  const groups = Array.from({ length: 3 }, () => two.groups[0]!);
  const { records } = runIssue([{ ...two, groups }], 1, true).layers[0]!;
  expect(records.map(({ at }) => at - records[0]!.at)).toEqual(records.map((_, i) => i));
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`wave_issue.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', { timeout: 120_000 }, async () => {
    const runs = Array.from({ length: 30 }, (_, seed) => runIssue(layersOf(2 * seed), seed, seed % 4 === 0));
    const { entries, weightBeats, subBits } = ISSUE_SHAPE;
    const parameters = { ROWS: 4, ENTRIES: entries, WEIGHT_BEATS: weightBeats, SUB_BITS: subBits };
    const sources = ['wave-issue/wave_issue', 'wave-issue/pass_walk', 'fifo/fifo'].map(
      (name) => `src/blocks/${name}.sv`,
    );
    const vectors = runs.flatMap((run) => run.vectors);
    const expected = runs.flatMap((run) => run.expected);
    expect(
      await differenceToSilicon({ top: 'wave_issue', sources, parameters, vectors }, expected),
    ).toBeUndefined();
  });
});
