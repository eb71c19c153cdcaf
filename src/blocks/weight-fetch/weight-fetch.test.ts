/** The fetcher's units against the layers it was given, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import type { Beat } from '../table-memory/beat.ts';
import type { WeightFetch, WeightLayer, WeightWrite } from './weight-fetch.ts';
import { WeightPorts } from './weight-ports.ts';

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

/** A port that is asked for two units more than are given back, beats that come with pauses. */
class Memory {
  readonly #coming: number[] = []; // where the beats lie that are asked for
  early = 0; // requests while beats of the one before still come
  taken = false;
  offered: Beat | undefined;

  /** Whether this cycle's request is taken, and which beat lies at the port. */
  roll({ below }: Random): void {
    this.taken = below(2) === 0;
    this.offered = below(4) > 0 && this.#coming.length > 0 ? beatAt(this.#coming[0]!) : undefined;
  }

  take({ request, inReady }: WeightFetch): {
    readonly requestTaken: boolean;
    readonly beat: Beat | undefined;
  } {
    const requestTaken = request !== undefined && this.taken;
    const beat = inReady ? this.offered : undefined;
    if (beat) this.#coming.shift();
    if (requestTaken) {
      this.early += Number(this.#coming.length > 0);
      this.#coming.push(...Array.from({ length: request.beats }, (_, i) => request.address + i));
    }
    return { requestTaken, beat };
  }
}

/** Layers named one behind the other, a memory that pauses, halves that are given back some time after they came. */
function run(seed: number, { cols, ports = 1 }: { cols: number; ports?: number }) {
  const random = seeded(seed, 'weights');
  const { below } = random;
  const layers = Array.from({ length: 5 }, () => anyLayer(random, cols));
  const all = layers.reduce((sum, { weightLoads }) => sum + weightLoads, 0);
  const weights = new WeightPorts({ cols, ports, depth });
  const memories = weights.ports.map(() => new Memory());
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const writes: WeightWrite[] = [];
  const asked: number[] = weights.ports.map(() => 0);
  let [named, loaded, released, mostAhead] = [0, 0, 0, 0];
  while (released < all) {
    // A layer is named once all loads of those before the last one are asked for, so that the last one was begun.
    const before = layers.slice(0, Math.max(0, named - 1)).reduce((sum, l) => sum + l.weightLoads, 0);
    const may = named < layers.length && (named === 0 || Math.min(...asked) > before);
    const start = may && below(20) === 0;
    if (start) named++;
    const layer = layers[Math.max(0, named - 1)]!;
    const release = released < loaded && below(12) === 0;
    for (const memory of memories) memory.roll(random);
    vectors.push({
      ...{ start, release_half: release, base: layer.weights, units: layer.units, loads: layer.weightLoads },
      ...{ column_beats: layer.columnBeats, unit_beats: layer.unitBeats },
      request_ready: packed(
        memories.map(({ taken }) => Number(taken)),
        1,
      ),
      in_valid: packed(
        memories.map(({ offered }) => Number(offered !== undefined)),
        1,
      ),
      in_data: packed(
        memories.map(({ offered }) => joined(offered) ?? 0),
        128,
      ),
    });
    expected.push(wiresOf(weights, cols / ports));
    loaded += Number(weights.loaded);
    released += Number(release);
    writes.push(...weights.writes);
    const taken = weights.ports.map((port, p) => memories[p]!.take(port));
    for (const [p, { requestTaken }] of taken.entries()) asked[p]! += Number(requestTaken);
    mostAhead = Math.max(mostAhead, Math.max(...asked) - released);
    weights.tick({
      ...{ start, layer, release },
      requestsTaken: taken.map(({ requestTaken }) => requestTaken),
      beats: taken.map(({ beat }) => beat),
    });
    weights.commit();
  }
  const early = memories.reduce((sum, memory) => sum + memory.early, 0);
  return { layers, writes, mostAhead, early, vectors, expected };
}

/** What weight_ports.sv shows; addresses and data where all ports have some, so that they stand side by side. */
function wiresOf(weights: WeightPorts, own: number): ExpectedRow {
  const { ports, loaded } = weights;
  const bits = (of: (port: WeightFetch) => boolean) =>
    packed(
      ports.map((port) => Number(of(port))),
      1,
    );
  const requests = ports.flatMap(({ request }) => request ?? []);
  const writes = ports.flatMap(({ write }) => write ?? []);
  const columnBits = own > 1 ? Math.ceil(Math.log2(own)) : 1;
  return {
    loaded,
    in_ready: bits(({ inReady }) => inReady),
    request_valid: bits(({ request }) => request !== undefined),
    write: bits(({ write }) => write !== undefined),
    ...(requests.length === ports.length && {
      request_address: packed(
        requests.map(({ address }) => address),
        28,
      ),
      request_beats: packed(
        requests.map(({ beats }) => beats),
        16,
      ),
    }),
    ...(writes.length === ports.length && {
      write_column: packed(
        writes.map(({ column }) => column),
        columnBits,
      ),
      write_address: packed(
        writes.map(({ address }) => address),
        1 + Math.log2(depth),
      ),
      write_data: packed(
        writes.map(({ beat }) => joined(beat)!),
        128,
      ),
    }),
  };
}

/** Fields of so many bits side by side, the first one lowest. */
const packed = (fields: readonly (number | bigint)[], width: number): bigint =>
  fields.reduceRight<bigint>((bits, field) => (bits << BigInt(width)) | BigInt(field), 0n);

const anyPorts = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 1, 2, 4))
  .map(([own, ports]) => ({ cols: own * ports, ports }));

/** By column; within one, in the order in which they come. */
const byColumn = (writes: readonly WeightWrite[]) => writes.toSorted((a, b) => a.column - b.column);

test('every unit comes as often as its layer wants it, beat by beat into its column, two on chip at most', () => {
  let asEarly = 0; // asked for while the one before still arrives
  fc.assert(
    fc.property(fc.nat(1e6), anyPorts, (seed, { cols, ports }) => {
      const { layers, writes, mostAhead, early } = run(seed, { cols, ports });
      if (ports === 1) expect(writes).toEqual(plainWrites(layers, cols));
      else expect(byColumn(writes)).toEqual(byColumn(plainWrites(layers, cols)));
      expect(mostAhead).toBe(2);
      asEarly += early;
    }),
    { numRuns: 50 },
  );
  expect(asEarly).toBeGreaterThan(50);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `weight_ports.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test.each([
      [1, 1],
      [3, 1],
      [4, 1],
      [4, 2],
      [4, 4],
      [12, 4],
    ])('every wire, every cycle, %i columns, %i ports', async (cols, ports) => {
      const { vectors, expected } = run(cols, { cols, ports });
      const sources = ['weight_fetch', 'weight_ports'].map((name) => `src/blocks/weight-fetch/${name}.sv`);
      const parameters = { COLS: cols, PORTS: ports, DEPTH: depth };
      const design = { top: 'weight_ports', sources, parameters, vectors };
      expect(await differenceToSilicon(design, expected)).toBeUndefined();
    });
  },
);
