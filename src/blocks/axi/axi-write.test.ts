/** The writer against the bursts it was given, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import type { Burst } from '../write-gather/write-gather.ts';
import { AxiWrite, type WriteAddress, type WriteBeat } from './axi-write.ts';

const bitsOf = (data: Uint32Array): bigint =>
  data.reduce((sum, word, i) => sum | (BigInt(word) << BigInt(32 * i)), 0n);

/** Random bursts to a memory that takes addresses and beats when it likes, and answers whole bursts some time later. */
function run(seed: number, count = 40) {
  const { below } = seeded(seed, 'bursts');
  const writer = new AxiWrite();
  const slots = Array.from({ length: 32 * 16 }, () => Uint32Array.from({ length: 4 }, () => below(2 ** 31)));
  const bursts = Array.from(
    { length: count },
    (): Burst => ({ slot: below(32), address: below(2 ** 20), last: below(16) }),
  );
  const [addresses, beats]: [WriteAddress[], WriteBeat[]] = [[], []];
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  let [given, answered] = [0, 0];
  let readData: Uint32Array | undefined;
  const freedSlots: number[] = [];
  const [eager, deaf] = [1 + below(3), 1 + below(4)];
  while (given < count || !writer.idle) {
    const burst = below(eager) === 0 ? bursts[given] : undefined;
    const whole = Math.min(addresses.length, beats.filter(({ last }) => last).length);
    const inputs = {
      ...{ burst, readData, addressTaken: below(deaf) === 0, dataTaken: below(deaf) === 0 },
      answered: answered < whole && below(4) === 0,
    };
    const { address, data, readAddress, burstReady, freed, idle } = writer;
    vectors.push({
      ...{ burst_valid: burst !== undefined, burst_slot: burst?.slot ?? 0, burst_last: burst?.last ?? 0 },
      ...{ burst_address: burst?.address ?? 0, read_data: readData ? bitsOf(readData) : 0 },
      ...{ awready: inputs.addressTaken, wready: inputs.dataTaken, bvalid: inputs.answered },
    });
    expected.push({
      ...{ burst_ready: burstReady, read_address: readAddress, idle },
      ...{ freed: freed !== undefined, freed_slot: freed },
      ...{ awvalid: address !== undefined, wvalid: data !== undefined },
      ...{ awaddr: address && BigInt(address.address) * 16n, awlen: address?.last },
      ...{ wdata: data && bitsOf(data.data), wlast: data?.last },
    });
    if (inputs.addressTaken && address) addresses.push(address);
    if (inputs.dataTaken && data) beats.push(data);
    if (inputs.answered) answered++;
    writer.tick(inputs);
    writer.commit();
    readData = readAddress === undefined ? undefined : slots[readAddress];
    if (freed !== undefined) freedSlots.push(freed);
    if (burst && burstReady) given++;
  }
  return { slots, bursts, addresses, beats, answered, freedSlots, vectors, expected };
}

test('every burst leaves once and in order, its last beat marked, and idle means that all were answered', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { slots, bursts, addresses, beats, answered, freedSlots } = run(seed);
      const place = ({ address, last }: WriteAddress) => ({ address, last });
      expect(addresses.map(place)).toEqual(bursts.map(place));
      const wanted = bursts.flatMap(({ slot, last }) =>
        Array.from({ length: last + 1 }, (_, i) => ({ data: slots[16 * slot + i]!, last: i === last })),
      );
      expect(beats).toEqual(wanted);
      expect(answered).toBe(bursts.length);
      expect(freedSlots).toEqual(bursts.map(({ slot }) => slot));
    }),
    { numRuns: 30 },
  );
});

test('a burst that is offered on and taken at once leaves a beat a cycle', () => {
  const writer = new AxiWrite();
  const burst = { slot: 0, address: 0, last: 15 };
  let beats = 0;
  for (let t = 0; t < 103; t++) {
    beats += Number(writer.data !== undefined);
    writer.tick({
      burst,
      readData: new Uint32Array(4),
      addressTaken: true,
      dataTaken: true,
      answered: false,
    });
    writer.commit();
  }
  expect(beats).toBe(100); // the first one after three cycles
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`axi_write.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([2, 3, 4])('every wire, every cycle (%d)', async (seed) => {
    const { vectors, expected } = run(seed, 200);
    const sources = ['src/blocks/fifo/fifo.sv', 'src/blocks/axi/axi_write.sv'];
    expect(await differenceToSilicon({ top: 'axi_write', sources, vectors }, expected)).toBeUndefined();
  });
});
