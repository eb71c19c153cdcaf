/** The control against a memory of chained layers, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import type { Beat } from '../table-memory/beat.ts';
import { DESCRIPTOR_BEATS, type Layer, layerCodec, TABLES, type TableName } from './layer.ts';
import { LayerControl } from './layer-control.ts';

type Written = readonly [name: TableName, index: number, beat: Beat];

const joined = (words: ArrayLike<number>): bigint =>
  Array.from(words).reduceRight((bits, word) => (bits << 32n) | BigInt(word), 0n);

/** Layers that name each other, anywhere in memory, tables of a beat among them; every other field is random. */
function chain(seed: number) {
  const { below } = seeded(seed, 'layers');
  const memory = new Map<number, Beat>();
  const places = Array.from({ length: 1 + below(4) }, (_, i) => 1000 * (i + 1) + below(500));
  const store = (words: Uint32Array, at: number): void => {
    for (let b = 0; 4 * b < words.length; b++) memory.set(at + b, words.slice(4 * b, 4 * b + 4));
  };
  const randomWords = (length: number) => Uint32Array.from({ length }, () => below(2 ** 32));
  const layers = places.map((place, i) => {
    const sizes = TABLES.map(() => 1 + (below(3) === 0 ? 0 : below(6)));
    const tableBeats = sizes.reduce((sum, size) => sum + size, 0);
    const layer: Layer = {
      ...layerCodec.decode(randomWords(4 * DESCRIPTOR_BEATS)),
      ...{ next: places[i + 1] ?? 0, tables: place + 600 },
      ...(Object.fromEntries(TABLES.map((name, t) => [`${name}Beats`, sizes[t]!])) as Partial<Layer>),
      tableBeats,
    };
    store(layerCodec.encode(layer), place);
    store(randomWords(4 * tableBeats), place + 600);
    return layer;
  });
  const beats = (at: number, count: number) => Array.from({ length: count }, (_, i) => memory.get(at + i)!);
  return { first: places[0]!, layers, beats };
}

/** The chain, twice, on a memory that pauses and engines that take their time. */
function run(seed: number) {
  const { first, layers, beats } = chain(seed);
  const { below } = seeded(seed, 'times');
  const control = new LayerControl();
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const [started, known, written]: [Layer[], Layer[], Written[]] = [[], [], []];
  let [coming, working, runs, aheadOfEnd]: [Beat[], number, number, number] = [[], 0, 0, 0];
  while (runs < 2) {
    const start = !control.busy && below(4) === 0;
    const requestReady = coming.length === 0 && below(3) > 0;
    const beat = below(4) > 0 ? coming.shift() : undefined;
    const layerDone = working === 0;
    vectors.push({
      ...{ start, first_descriptor: first, request_ready: requestReady, layer_done: layerDone },
      ...{ in_valid: beat !== undefined, in_data: beat ? joined(beat) : 0 },
    });
    expected.push(wires(control, started.length + written.length > 0));
    const { request, table } = control;
    if (request && requestReady) coming = beats(request.address, request.beats);
    if (table) written.push([table.name, table.index, table.beat]);
    if (control.followingKnown) known.push(control.following);
    if (control.followingKnown && !layerDone) aheadOfEnd++;
    working = control.layerStart ? 1 + below(80) : Math.max(0, working - 1);
    if (control.layerStart) started.push(control.layer);
    if (control.done) runs++;
    control.tick({
      start: start ? first : undefined,
      requestTaken: request !== undefined && requestReady,
      ...{ beat, layerDone },
    });
    control.commit();
  }
  return { layers, beats, started, known, written, aheadOfEnd, vectors, expected };
}

/** What stands on the wires. A descriptor means nothing before its last beat is there. */
function wires(control: LayerControl, begun: boolean): ExpectedRow {
  const { request, table, layerStart, followingKnown } = control;
  return {
    ...{ busy: control.busy, done: control.done, layer_start: layerStart },
    ...{ request_valid: request !== undefined, following_known: followingKnown },
    ...{ request_address: request?.address, request_beats: request?.beats },
    descriptor: begun || table || layerStart ? joined(layerCodec.encode(control.layer)) : undefined,
    following: followingKnown ? joined(layerCodec.encode(control.following)) : undefined,
    ...{ tables_ready: control.tablesReady, table_write: table !== undefined, table_index: table?.index },
    table_select: table && TABLES.indexOf(table.name),
    table_data: table && joined(table.beat),
  };
}

/** A layer's tables as they lie in memory, one behind the other. */
function plainTables({ tables, ...layer }: Layer, beats: (at: number, count: number) => Beat[]) {
  let at = tables;
  return TABLES.flatMap((name) => {
    const own = beats(at, layer[`${name}Beats`]);
    at += own.length;
    return own.map((beat, index): Written => [name, index, beat]);
  });
}

test('layers run in their order, each with its own tables, and are known before the one in front ends', () => {
  let ahead = 0;
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { layers, beats, started, known, written, aheadOfEnd } = run(seed);
      const twice = [...layers, ...layers];
      expect(started).toEqual(twice);
      expect(known).toEqual(twice);
      expect(written).toEqual(twice.flatMap((layer) => plainTables(layer, beats)));
      ahead += aheadOfEnd;
    }),
    { numRuns: 50 },
  );
  expect(ahead).toBeGreaterThan(50);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `layer_control.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test('every wire, every cycle', async () => {
      const runs = [1, 2, 3, 4, 5, 6].map(run); // each from a reset on
      const vectors = runs.flatMap((one) => one.vectors);
      const expected = runs.flatMap((one) => one.expected);
      const design = { top: 'layer_control', sources: ['src/blocks/layer-control/layer_control.sv'] };
      expect(await differenceToSilicon({ ...design, vectors }, expected)).toBeUndefined();
    });
  },
);
