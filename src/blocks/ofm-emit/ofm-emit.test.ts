/** What leaves for a few regions against pooling, requantisation and packing done plainly, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import {
  type Emit,
  emitCodec,
  type Filter,
  filterCodec,
  layerCodec,
  type Partition,
  partitionCodec,
} from '../layer-control/layer.ts';
import { OfmPack } from '../ofm-pack/ofm-pack.ts';
import { requantisedByte } from '../requantise/requantise.ts';
import type { Region } from '../wave-issue/wave-issue.ts';
import type { Write } from '../write-gather/write-gather.ts';
import { OfmEmit, SUM_BITS } from './ofm-emit.ts';

const shape = { cols: 4, lanes: 2, words: 64 };
const [psumDepth, beatBits, segmentBitmaps, segmentValues] = [64, 28, 4, 32];
const values0 = 100_000;

/** Two partitions of tiles over a pooled plane, for seven filters: four of one block, three of the next one. */
function anyTask(seed: number) {
  const { below } = seeded(seed, 'emit');
  const kernel = 1 + below(3);
  const stride = 1 + below(kernel);
  const [planeRows, planeCols] = [1 + below(3), 1 + below(3)];
  // At least the first word of every window is there; the last ones may hang over.
  const rows = (planeRows - 1) * stride + 1 + below(kernel);
  const cols = (planeCols - 1) * stride + 1 + below(kernel);
  const pitch = cols + below(2);
  const emits: Emit[] = [];
  let segment = 0;
  const partitions = [0, 1].map((): Partition => {
    const firstEmit = emits.length;
    const count = 1 + below(4);
    for (let i = 0; i < count; i++) {
      const [planeY, planeX] = [below(3) - 1, below(3) - 1];
      const endsSegment = Number(i === count - 1 || below(2) === 0);
      emits.push({
        ...{ planeY, planeX, windowY: planeY * stride, windowX: planeX * stride },
        address: (planeY * stride * pitch + planeX * stride + 2 * shape.words) % shape.words,
        ...{ height: 1 + below(5), width: 1 + below(5), logStep: below(2), endsSegment },
        ...{ bitmaps: segment * segmentBitmaps, values: values0 + segment * segmentValues },
      });
      segment += endsSegment;
    }
    const place = { bitmaps: 0, values: 0, firstTile: 0, tiles: 0 };
    return { ...place, firstEmit, emits: count, rows, cols };
  });
  const filters = Array.from(
    { length: 7 },
    (): Filter => ({ bias: below(2000) - 1000, multiplier: 2 ** 30 + below(2 ** 30), shift: 32 + below(6) }),
  );
  const [bitmapPitch, valuePitch] = [segment * segmentBitmaps, segment * segmentValues];
  const zeros = layerCodec.decode(new Uint32Array(32));
  const layer = {
    ...{ ...zeros, kernel, stride, pitch, rowStep: stride * pitch, planeRows, planeCols },
    ...{ filters: 7, low: 0, high: 255, regionWords: rows * pitch },
    ...{ outBitmapPitch: bitmapPitch, outValuePitch: valuePitch },
    ...{ outLanesBitmaps: shape.lanes * bitmapPitch, outLanesValues: shape.lanes * valuePitch },
    ...{ outBlockBitmaps: shape.cols * bitmapPitch, outBlockValues: shape.cols * valuePitch },
  };
  const regions = [0, 1].flatMap((partition) =>
    [0, 1].map((block) => ({
      ...{ partition, block, half: block },
      words: Array.from({ length: shape.cols }, () =>
        Array.from({ length: rows * pitch }, () => below(2 ** 14) - 2 ** 13),
      ),
    })),
  );
  return { layer, partitions, emits, filters, regions };
}

type Task = ReturnType<typeof anyTask>;

/** The byte of a channel at a place of the plane: the largest word of its window, requantised. */
function plainByte({ layer, partitions, filters }: Task, region: Task['regions'][number], column: number) {
  const { kernel, stride, pitch, planeRows, planeCols, low, high } = layer;
  const { rows, cols } = partitions[region.partition]!;
  const filter = filters[region.block * shape.cols + column]!;
  return (py: number, px: number): number => {
    if (py < 0 || px < 0 || py >= planeRows || px >= planeCols) return 0;
    let acc = Number.NEGATIVE_INFINITY;
    for (let y = py * stride; y < Math.min(rows, py * stride + kernel); y++)
      for (let x = px * stride; x < Math.min(cols, px * stride + kernel); x++)
        acc = Math.max(acc, region.words[column]![y * pitch + x]!);
    return requantisedByte({ acc, window: 0, correction: 0, ...filter, low, high }, SUM_BITS);
  };
}

/** Every beat that must be written, by address. */
function plainBeats(task: Task): ReadonlyMap<number, bigint> {
  const { layer, partitions, emits } = task;
  const beats = new Map<number, bigint>();
  const add = (at: number, bits: bigint): void => void beats.set(at, (beats.get(at) ?? 0n) | bits);
  for (const region of task.regions)
    for (let column = 0; column < shape.cols; column++) {
      const channel = region.block * shape.cols + column;
      if (channel >= layer.filters) continue;
      const byteAt = plainByte(task, region, column);
      const { firstEmit, emits: count } = partitions[region.partition]!;
      let [tile, nonZeros] = [0, 0];
      for (const entry of emits.slice(firstEmit, firstEmit + count)) {
        const [bitmaps, values] = [
          entry.bitmaps + channel * layer.outBitmapPitch,
          entry.values + channel * layer.outValuePitch,
        ];
        for (let i = 0; i < entry.height * entry.width; i++) {
          const [y, x] = [Math.floor(i / entry.width), i % entry.width];
          const byte = byteAt(entry.planeY + y * 2 ** entry.logStep, entry.planeX + x * 2 ** entry.logStep);
          const bit = tile * psumDepth + i;
          add(bitmaps + (bit >> 7), byte === 0 ? 0n : 1n << BigInt(bit & 127));
          if (byte !== 0) add(values + (nonZeros >> 4), BigInt(byte) << BigInt(8 * (nonZeros++ & 15)));
        }
        [tile, nonZeros] = entry.endsSegment ? [0, 0] : [tile + 1, nonZeros];
      }
    }
  return beats;
}

const bitsOf = (words: Uint32Array): bigint =>
  words.reduceRight((bits, each) => (bits << 32n) | BigInt(each), 0n);
const joined = (words: readonly number[]): bigint => bitsOf(Uint32Array.from(words));

/** The task on the block, with lanes and tables as memories; regions complete as early as their half is clear. */
function run(task: Task, seed: number) {
  const { below } = seeded(seed, 'pauses');
  const { layer, partitions, emits, filters, regions } = task;
  const pack = new OfmPack({ lanes: shape.lanes, psumDepth });
  const emit = new OfmEmit(shape, pack);
  const halves = [0, 1].map(() => Array.from({ length: shape.cols }, () => new Int32Array(shape.words)));
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const writes: Write[] = [];
  const clean: boolean[] = []; // each half, when it is handed back
  const none = new Array<number>(shape.cols).fill(0);
  let [answers, words1, words2] = [{ partition: 0, entry: 0, filter: 0 }, none, none];
  let [sent, done, emitted, walked, ahead] = [0, 0, 0, 0, 0];
  while (emitted < regions.length || clean.length < regions.length) {
    if (emit.cleared)
      clean.push(halves[regions[clean.length]!.half]!.every((lane) => lane.every((word) => word === 0)));
    if (emit.emitted) emitted++;
    if (emitted > clean.length) ahead++;
    const region: Region | undefined =
      sent < regions.length && sent < emitted + 4 && below(8) === 0 ? regions[sent] : undefined;
    const regionDone = emit.lanesReady && done < sent && done < clean.length + 2 && below(16) === 0;
    if (regionDone) {
      const { half, words } = regions[done]!;
      for (const [c, lane] of words.entries()) halves[half]![c]!.set(lane);
    }
    const [partition, entry, filter] = [
      partitions[answers.partition],
      emits[answers.entry],
      filters[answers.filter],
    ];
    const writeReady = below(3) > 0;
    const { read, clear } = emit;
    const { write } = pack;
    const at = emit.entryAddress;
    if (done > 0) walked++; // once it has begun, its tables and lanes are read
    const known = walked > shape.lanes + 8;
    vectors.push({
      ...{ descriptor: bitsOf(layerCodec.encode(layer)), write_ready: writeReady },
      ...{ region_valid: region !== undefined, region_done: regionDone },
      ...{ region_partition: region?.partition ?? 0, region_block: region?.block ?? 0 },
      region_half: region?.half ?? 0,
      partition: partition ? bitsOf(partitionCodec.encode(partition)) : 0,
      entry: entry ? bitsOf(emitCodec.encode(entry)) : 0,
      filter: filter ? bitsOf(filterCodec.encode(filter)) : 0,
      words: joined(words2),
    });
    expected.push({
      ...{ emitted: emit.emitted, cleared: emit.cleared, lanes_ready: emit.lanesReady },
      partition_address: sent > emitted ? emit.partitionAddress : undefined,
      read_half: sent > emitted ? read.half : undefined,
      entry_address: known ? at : undefined,
      filter_address: known ? emit.filterAddress : undefined,
      read_address: known ? read.address : undefined,
      clear_half: clear.halves.reduce((bits, half) => bits | (1 << half), 0),
      ...{ clear_address: clear.address, write_valid: write !== undefined },
      ...{ write_stream: write?.stream, write_begins: write?.begins, write_ends: write?.ends },
      ...{ write_address: write?.address, write_data: write && bitsOf(write.data) },
    });
    if (write && writeReady) writes.push(write);
    emit.tick({ layer, region, regionDone, partition, entry, filter, words: words2, writeReady });
    answers = { partition: emit.partitionAddress, entry: at, filter: emit.filterAddress };
    words2 = words1;
    words1 = halves[read.half]!.map((lane) => lane[read.address]!);
    emit.commit();
    for (const half of clear.halves) for (const lane of halves[half]!) lane[clear.address] = 0;
    sent += Number(region !== undefined);
    done += Number(regionDone);
  }
  return { writes, clean, ahead, vectors, expected };
}

test('every pixel is pooled, requantised and packed once, and a half is clear when it is handed back', () => {
  let behind = 0; // cycles in which a half is still cleared whose bytes have left
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const task = anyTask(seed);
      const { writes, clean, ahead } = run(task, seed);
      behind += ahead;
      const sorted = (list: readonly (readonly [number, bigint])[]) => list.toSorted(([a], [b]) => a - b);
      expect(sorted(writes.map(({ address, data }) => [address, bitsOf(data)]))).toEqual(
        sorted([...plainBeats(task)]),
      );
      expect(clean).toEqual([true, true, true, true]);
    }),
    { numRuns: 15 },
  );
  expect(behind).toBeGreaterThan(50);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ofm_emit.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([1, 2, 3])('every wire, every cycle (%d)', async (seed) => {
    const { vectors, expected } = run(anyTask(seed), seed);
    const { cols, lanes, words } = shape;
    const parameters = {
      ...{ COLS: cols, LANES: lanes, WORDS: words, PSUM_DEPTH: psumDepth, BEAT_BITS: beatBits },
    };
    const sources = ['fifo/fifo', 'requantise/requantise', 'ofm-pack/ofm_pack', 'ofm-emit/ofm_emit'].map(
      (name) => `src/blocks/${name}.sv`,
    );
    expect(
      await differenceToSilicon({ top: 'ofm_emit', sources, parameters, vectors }, expected),
    ).toBeUndefined();
  });
});
