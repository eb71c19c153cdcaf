/** The writer against the beats it was given, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { AxiWrite, type Write } from './axi-write.ts';

const bitsOf = (data: Uint32Array): bigint =>
  data.reduce((sum, word, i) => sum | (BigInt(word) << BigInt(32 * i)), 0n);

/** Random beats to a memory that takes addresses and data when it likes, and answers each pair some time later. */
function run(seed: number, count = 60) {
  const { below } = seeded(seed, 'beats');
  const writer = new AxiWrite();
  const beats = Array.from(
    { length: count },
    (): Write => ({
      address: below(2 ** 20),
      data: Uint32Array.from({ length: 4 }, () => below(2 ** 31)),
    }),
  );
  const [addresses, data]: [number[], Uint32Array[]] = [[], []];
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  let [given, answered] = [0, 0];
  while (given < count || !writer.idle) {
    const write = below(3) > 0 ? beats[given] : undefined;
    const pairs = Math.min(addresses.length, data.length);
    const inputs = {
      write,
      addressTaken: below(2) === 0,
      dataTaken: below(2) === 0,
      answered: answered < pairs && below(4) === 0,
    };
    vectors.push({
      ...{
        in_valid: write !== undefined,
        in_address: write?.address ?? 0,
        in_data: write ? bitsOf(write.data) : 0,
      },
      ...{ awready: inputs.addressTaken, wready: inputs.dataTaken, bvalid: inputs.answered },
    });
    expected.push({
      ...{ in_ready: writer.inReady, idle: writer.idle },
      ...{ awvalid: writer.address !== undefined, wvalid: writer.data !== undefined },
      awaddr: writer.address === undefined ? undefined : BigInt(writer.address) * 16n,
      wdata: writer.data && bitsOf(writer.data),
    });
    if (inputs.addressTaken && writer.address !== undefined) addresses.push(writer.address);
    if (inputs.dataTaken && writer.data) data.push(writer.data);
    if (inputs.answered) answered++;
    const taken = write !== undefined && writer.inReady;
    writer.tick(inputs);
    writer.commit();
    if (taken) given++;
  }
  return { beats, addresses, data, answered, vectors, expected };
}

test('every beat leaves once and in order, and idle means that all were answered', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { beats, addresses, data, answered } = run(seed);
      expect(addresses).toEqual(beats.map(({ address }) => address));
      expect(data).toEqual(beats.map((beat) => beat.data));
      expect(answered).toBe(beats.length);
    }),
    { numRuns: 30 },
  );
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`axi_write.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected } = run(2, 400);
    const sources = ['src/blocks/fifo/fifo.sv', 'src/blocks/axi/axi_write.sv'];
    expect(await differenceToSilicon({ top: 'axi_write', sources, vectors }, expected)).toBeUndefined();
  });
});
