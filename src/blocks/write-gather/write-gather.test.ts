/** Bursts against the beats they are made of, and against their silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { BURST, type Burst, type Write, WriteGather } from './write-gather.ts';

const streams = 4;
const bitsOf = (data: Uint32Array): bigint =>
  data.reduceRight((bits, word) => (bits << 32n) | BigInt(word), 0n);

/** Runs of beats on end in each stream, some that say where they end, the streams' beats mixed. */
function anyWrites(seed: number): readonly Write[] {
  const { below } = seeded(seed, 'runs');
  const data = () => Uint32Array.from({ length: 4 }, () => below(2 ** 31));
  const lists = Array.from({ length: streams }, (_, stream) =>
    Array.from({ length: 1 + below(6) }, () => {
      const [start, beats, ends] = [below(2 ** 12), 1 + below(40), below(2) === 0];
      return Array.from(
        { length: beats },
        (_, i): Write => ({
          ...{ stream, begins: i === 0, ends: ends && i === beats - 1 },
          ...{ address: start + i, data: data() },
        }),
      );
    }).flat(),
  );
  const mixed: Write[] = [];
  while (lists.some((list) => list.length > 0)) {
    const list = lists[below(streams)]!;
    const next = list.shift();
    if (next) mixed.push(next);
  }
  return mixed;
}

/** All beats in, then a flush; bursts are read a beat at a time, with pauses. */
function run(seed: number) {
  const { below } = seeded(seed, 'pauses');
  const writes = anyWrites(seed);
  const slow = 1 + below(6);
  const gather = new WriteGather(streams);
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const bursts: Burst[] = [];
  const found: (readonly [address: number, data: bigint])[] = [];
  let [given, index, flushes, quiet] = [0, 0, 0, 0];
  let reading: number | undefined; // the address whose beat is read
  let freeing: number | undefined; // the slot whose last beat was read in the cycle before
  while (quiet < 3) {
    const write = given < writes.length && below(3) > 0 ? writes[given] : undefined;
    const flush = given === writes.length && flushes === 0;
    const { burst, inReady, idle, readData } = gather;
    if (reading !== undefined) found.push([reading, bitsOf(readData!)]);
    const reads = burst !== undefined && below(slow) === 0;
    const freed = freeing;
    const readAddress = (burst?.slot ?? 0) * BURST + index;
    const burstTaken = reads && index === burst.last;
    vectors.push({
      ...{ in_valid: write !== undefined, in_stream: write?.stream ?? 0, in_begins: write?.begins ?? 0 },
      ...{
        in_ends: write?.ends ?? 0,
        in_address: write?.address ?? 0,
        in_data: write ? bitsOf(write.data) : 0,
      },
      ...{ flush, burst_ready: burstTaken, read_address: readAddress },
      ...{ freed: freed !== undefined, freed_slot: freed ?? 0 },
    });
    expected.push({
      ...{ in_ready: inReady, idle, burst_valid: burst !== undefined },
      ...{ burst_slot: burst?.slot, burst_address: burst?.address, burst_last: burst?.last },
      read_data: reading === undefined ? undefined : bitsOf(readData!),
    });
    reading = reads ? burst.address + index : undefined;
    if (reads) index = burstTaken ? 0 : index + 1;
    freeing = burstTaken ? burst.slot : undefined;
    if (burstTaken) bursts.push(burst);
    gather.tick({ write, flush, burstTaken, freed, readAddress });
    gather.commit();
    given += Number(write !== undefined && inReady);
    flushes += Number(flush);
    quiet = flushes > 0 && gather.idle ? quiet + 1 : 0;
  }
  return { writes, bursts, found, vectors, expected };
}

test('every beat leaves once, on end with its neighbours, in bursts as long as they can be', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { writes, bursts, found } = run(seed);
      for (const { address, last } of bursts) {
        expect(last).toBeLessThan(BURST);
        expect(Math.floor(address / 256)).toBe(Math.floor((address + last) / 256)); // 4 KB
      }
      const sorted = (list: readonly (readonly [number, bigint])[]) =>
        list.map(([address, data]) => `${address}: ${data}`).sort();
      expect(sorted(found)).toEqual(sorted(writes.map(({ address, data }) => [address, bitsOf(data)])));
      expect(bursts.length).toBe(fewest(writes));
    }),
    { numRuns: 40 },
  );
});

test('a beat comes in every cycle, where no two of one stream follow each other', () => {
  const gather = new WriteGather(streams);
  const data = new Uint32Array(4);
  for (let beat = 0; beat < 64; beat++) {
    const [stream, i] = [beat % streams, Math.floor(beat / streams)];
    expect(gather.inReady).toBe(true);
    const write = { ...{ stream, begins: i === 0, ends: false }, address: 256 * stream + i, data };
    gather.tick({ write, flush: false, burstTaken: false, freed: undefined, readAddress: 0 });
    gather.commit();
  }
});

/** Bursts that runs of 16 beats, cut at borders of 4 KB, come to. */
function fewest(writes: readonly Write[]): number {
  let count = 0;
  for (let stream = 0; stream < streams; stream++) {
    let beats = 0;
    for (const { begins, address } of writes.filter((write) => write.stream === stream)) {
      const anew = begins || beats === BURST || address % 256 === 0;
      count += Number(anew);
      beats = anew ? 1 : beats + 1;
    }
  }
  return count;
}

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `write_gather.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test.each([2, 3, 4])('every wire, every cycle (%d)', async (seed) => {
      const { vectors, expected } = run(seed);
      const sources = ['src/blocks/fifo/fifo.sv', 'src/blocks/write-gather/write_gather.sv'];
      const task = { top: 'write_gather', sources, parameters: { STREAM_BITS: 2 }, vectors };
      expect(await differenceToSilicon(task, expected)).toBeUndefined();
    });
  },
);
