/** The registers as a host sees them, and on every wire against their silicon. */
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { AxiLite, type AxiLiteInputs } from './axi-lite.ts';

const idle: AxiLiteInputs = {
  ...{ busy: false, done: false, overflow: false, cycles: 0, answerTaken: true, dataTaken: true },
  ...{ writeAddress: undefined, writeData: undefined, readAddress: undefined },
};

test('a host sets the descriptor, starts, and sees the end of the run', () => {
  const lite = new AxiLite();
  const cycle = (inputs: Partial<AxiLiteInputs>): void => {
    lite.tick({ ...idle, ...inputs });
    lite.commit();
  };
  const read = (readAddress: number, inputs: Partial<AxiLiteInputs> = {}): number | undefined => {
    cycle({ ...inputs, readAddress });
    const { data } = lite;
    cycle(inputs);
    return data;
  };
  cycle({ writeAddress: 0x08, writeData: 77 });
  cycle({});
  expect(lite.descriptor).toBe(77);
  cycle({ writeAddress: 0x00, writeData: 1 });
  expect(lite.start).toBe(true);
  cycle({ busy: true });
  expect(lite.start).toBe(false); // a pulse
  expect(read(0x04, { busy: true })).toBe(1);
  cycle({ done: true });
  expect(read(0x04)).toBe(2);
  expect(read(0x0c, { cycles: 5 * 2 ** 32 + 9 })).toBe(9);
  expect(read(0x10, { cycles: 5 * 2 ** 32 + 9 })).toBe(5);
  cycle({ writeAddress: 0x00, writeData: 1, busy: true });
  expect(lite.start).toBe(false); // a busy machine is not started again
});

test('the interrupt follows the end of the run where it is enabled, until the host forgets it', () => {
  const lite = new AxiLite();
  const write = (writeAddress: number, writeData: number, inputs: Partial<AxiLiteInputs> = {}): boolean => {
    lite.tick({ ...idle, ...inputs, writeAddress, writeData });
    lite.commit();
    const { writeError } = lite;
    lite.tick(idle);
    lite.commit();
    return writeError;
  };
  write(0x00, 0, { done: true });
  expect(lite.interrupt).toBe(false);
  write(0x14, 1);
  expect(lite.interrupt).toBe(true);
  write(0x04, 2);
  expect(lite.interrupt).toBe(false);
  expect([0x0c, 0x10, 0x18, 0x1c].map((address) => write(address, 1))).toEqual([true, true, true, true]);
  expect([0x00, 0x04, 0x08, 0x14].map((address) => write(address, 0))).toEqual([false, false, false, false]);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`axi_lite.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { below } = seeded(4, 'host');
    const lite = new AxiLite();
    const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
    const maybe = (value: number): number | undefined => (below(3) > 0 ? value : undefined);
    for (let t = 0; t < 3000; t++) {
      const inputs: AxiLiteInputs = {
        ...{ busy: below(3) === 0, done: below(9) === 0, overflow: below(2) === 0 },
        cycles: below(2 ** 20) * 2 ** 16,
        ...{ answerTaken: below(2) === 0, dataTaken: below(2) === 0 },
        ...{
          writeAddress: maybe(below(32)),
          writeData: maybe(below(2 ** 28)),
          readAddress: maybe(below(32)),
        },
      };
      vectors.push({
        ...{ busy: inputs.busy, done: inputs.done, overflow: inputs.overflow, cycles: inputs.cycles },
        ...{ awvalid: inputs.writeAddress !== undefined, awaddr: inputs.writeAddress ?? 0 },
        ...{
          wvalid: inputs.writeData !== undefined,
          wdata: inputs.writeData ?? 0,
          bready: inputs.answerTaken,
        },
        ...{
          arvalid: inputs.readAddress !== undefined,
          araddr: inputs.readAddress ?? 0,
          rready: inputs.dataTaken,
        },
      });
      expected.push({
        ...{ start: lite.start, first_descriptor: lite.descriptor, bvalid: lite.answers },
        ...{ awready: lite.writes(inputs), wready: lite.writes(inputs), arready: lite.readReady },
        ...{ rvalid: lite.data !== undefined, rdata: lite.data, irq: lite.interrupt },
        ...{ bresp: lite.answers ? 2 * Number(lite.writeError) : undefined },
        ...{ rresp: lite.data === undefined ? undefined : 2 * Number(lite.readError) },
      });
      lite.tick(inputs);
      lite.commit();
    }
    const sources = ['src/blocks/axi/axi_lite.sv'];
    expect(await differenceToSilicon({ top: 'axi_lite', sources, vectors }, expected)).toBeUndefined();
  });
});
