/** The fetcher's units against the layers it was given, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import type { Beat } from '../table-memory/beat.ts';
import { WeightFetch, type WeightLayer, type WeightWrite } from './weight-fetch.ts';

const depth = 8;
type Random = ReturnType<typeof seeded>;

function anyLayer({ below }: Random, cols: number): WeightLayer {
  const columnBeats = 1 + below(depth);
  const units = 1 + below(4);
  const weightLoads = units === 1 ? 1 : units * (1 + below(3));
  return { weights: below(2 ** 20), units, weightLoads, columnBeats, unitBeats: columnBeats * cols };
}

/** What lies in memory. */
const beatAt = (place: number): Beat => Uint32Array.of(place, place * 3, ~place, place * 7);
const joined = (beat: Beat | undefined): bigint | undefined =>
  beat?.reduceRight((bits, word) => (bits << 32n) | BigInt(word), 0n);

/** Where every beat of every load must go, in order: a unit into one half, the next one into the other. */
const plainWrites = (layers: readonly WeightLayer[], cols: number) =>
  layers
    .flatMap((layer) =>
      Array.from({ length: layer.weightLoads }, (_, load) => ({ ...layer, unit: load % layer.units })),
    )
    .flatMap(({ weights, unit, unitBeats, columnBeats }, load) =>
      Array.from({ length: cols * columnBeats }, (_, i) => ({
        beat: beatAt(weights + unit * unitBeats + i),
        column: Math.floor(i / columnBeats),
        address: (load % 2) * depth + (i % columnBeats),
      })),
    );

/** Layers named one behind the other, a memory that pauses, halves that are given back some time after they came. */
function run(seed: number, cols: number) {
  const random = seeded(seed, 'weights');
  const { below } = random;
  const layers = Array.from({ length: 5 }, () => anyLayer(random, cols));
  const all = layers.reduce((sum, { weightLoads }) => sum + weightLoads, 0);
  const fetch = new WeightFetch({ cols, depth });
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const writes: WeightWrite[] = [];
  const coming: number[] = []; // where the beats lie that are asked for
  let [named, asked, loaded, released] = [0, 0, 0, 0];
  let [mostAhead, early] = [0, 0];
  while (released < all) {
    // A layer is named once all loads of those before the last one are asked for, so that the last one was begun.
    const before = layers.slice(0, Math.max(0, named - 1)).reduce((sum, l) => sum + l.weightLoads, 0);
    const start = named < layers.length && (named === 0 || asked > before) && below(20) === 0;
    if (start) named++;
    const layer = layers[Math.max(0, named - 1)]!;
    const release = released < loaded && below(12) === 0;
    const [taken, pauses] = [below(2) === 0, below(4) === 0];
    const { request, inReady, write } = fetch;
    const offered = !pauses && coming.length > 0 ? beatAt(coming[0]!) : undefined;
    const beat = inReady ? offered : undefined;
    vectors.push({
      ...{ start, release_half: release, request_ready: taken, in_valid: offered !== undefined },
      ...{ base: layer.weights, units: layer.units, loads: layer.weightLoads },
      ...{ column_beats: layer.columnBeats, unit_beats: layer.unitBeats, in_data: joined(offered) ?? 0 },
    });
    expected.push({
      ...{ loaded: fetch.loaded, in_ready: inReady },
      ...{ request_valid: request !== undefined, write: write !== undefined },
      ...{ request_address: request?.address, request_beats: request?.beats },
      ...{ write_column: write?.column, write_address: write?.address, write_data: joined(write?.beat) },
    });
    loaded += Number(fetch.loaded);
    released += Number(release);
    if (write) writes.push(write);
    if (beat) coming.shift();
    if (request && taken) {
      early += Number(coming.length > 0);
      coming.push(...Array.from({ length: request.beats }, (_, i) => request.address + i));
      asked++;
    }
    mostAhead = Math.max(mostAhead, asked - released);
    fetch.tick({ start, layer, release, requestTaken: request !== undefined && taken, beat });
    fetch.commit();
  }
  return { layers, writes, mostAhead, early, vectors, expected };
}

test('every unit comes as often as its layer wants it, beat by beat into its column, two on chip at most', () => {
  let asEarly = 0; // asked for while the one before still arrives
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 4 }), (seed, cols) => {
      const { layers, writes, mostAhead, early } = run(seed, cols);
      expect(writes).toEqual(plainWrites(layers, cols));
      expect(mostAhead).toBe(2);
      asEarly += early;
    }),
    { numRuns: 50 },
  );
  expect(asEarly).toBeGreaterThan(50);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `weight_fetch.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test.each([1, 3, 4])('every wire, every cycle, %i columns', async (cols) => {
      const { vectors, expected } = run(cols, cols);
      const design = { top: 'weight_fetch', sources: ['src/blocks/weight-fetch/weight_fetch.sv'] };
      const parameters = { COLS: cols, DEPTH: depth };
      expect(await differenceToSilicon({ ...design, parameters, vectors }, expected)).toBeUndefined();
    });
  },
);
