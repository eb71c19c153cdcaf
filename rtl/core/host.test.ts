/** A network through the machine's registers: set the descriptor, start, wait, read; the same bytes and cycles as the core. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { type CompiledNetwork, compileNetwork } from '../../src/sim/machine/compile.ts';
import { writeIfmap } from '../../src/sim/machine/layout.ts';
import { stepMachine } from '../../src/sim/machine/step-machine.ts';
import { missing, run } from '../tool.ts';
import { machineParameters } from './build.ts';
import { type HostAccess, hostedSources, runHosted } from './host.ts';
import { anyNetwork, type MachineCase, plainNetwork } from './networks.ts';
import { outputOf, same, smallShape } from './verify.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };
const shape = smallShape(arch);
const REGISTERS = { start: 0x00, status: 0x04, descriptor: 0x08, low: 0x0c, high: 0x10, interrupts: 0x14 };
const [OKAY, SLVERR] = [0, 2];

/** The first network of three layers that these small memories hold. */
function network(): { readonly drawn: MachineCase; readonly net: CompiledNetwork } {
  for (const drawn of fc.sample(fc.noBias(anyNetwork), { numRuns: 50, seed: 11 }))
    if (drawn.layers.length === 3)
      try {
        const net = compileNetwork(drawn.layers, arch, shape);
        writeIfmap(net.dram, net.input, drawn.ifmap);
        return { drawn, net };
      } catch {} // another one then
  throw new Error('no network of three layers fits');
}

const absent = missing('verilator');
describe.skipIf(absent)(`the machine behind its registers${absent ? ` (${absent})` : ''}`, () => {
  test.each([
    ['memories of 32 x 32, the default', { ROWS: 8, COLS: 8, OFM_LANES: 4 }],
    ['4 x 4', machineParameters(arch, shape)],
  ])(
    'no warning of lint: %s',
    async (_, parameters) => {
      const sizes = Object.entries(parameters).map(([name, n]) => `-G${name}=${n}`);
      const args = ['--lint-only', '-Wall', '--top-module', 'sense_machine', ...sizes, ...hostedSources];
      expect(await run('verilator', args)).toEqual({ status: 0, output: '' });
    },
    300_000,
  );

  test('a host runs a network, is interrupted, and finds every byte; wrong accesses are answered with SLVERR', async () => {
    const { drawn, net } = network();
    // Without stalls drawn at random, cycles do not depend on how long the host took before it started.
    const timing = { latency: 12, stall: 0, seed: 1 };
    const start: HostAccess = { write: REGISTERS.start, data: 1 };
    const enough: HostAccess = { awaitInterrupt: 2_000_000 };
    const status: HostAccess = { read: REGISTERS.status };
    const { answers, dram } = await runHosted(
      net.dram,
      [
        { read: 0x18 },
        { write: 0x1c, data: 1 },
        { write: REGISTERS.low, data: 5 }, // only read
        { write: REGISTERS.descriptor, data: net.first },
        { read: REGISTERS.descriptor },
        { write: REGISTERS.interrupts, data: 1 },
        status,
        start,
        start, // it runs already
        status,
        enough,
        status,
        { read: REGISTERS.low },
        { read: REGISTERS.high },
        { write: REGISTERS.status, data: 2 },
        { awaitInterrupt: 100 }, // forgotten
        status,
      ],
      { arch, shape, timing },
    );
    const { cycles } = stepMachine(net.dram, arch, { first: net.first, timing, shape });
    const okay = (data = 0) => ({ response: OKAY, data });
    const wrong = { response: SLVERR, data: 0 };
    expect(answers).toEqual([
      ...[wrong, wrong, wrong, okay(), okay(net.first), okay(), okay(0)],
      ...[okay(), okay(), okay(1), { interrupted: true }, okay(2)],
      ...[okay(cycles), okay(0), okay()],
      ...[{ interrupted: false }, okay(0)],
    ]);
    expect(same(dram.words, net.dram.words)).toBe(true);
    expect(same(outputOf({ ...net, dram }), plainNetwork(drawn.layers, drawn.ifmap))).toBe(true);
  }, 300_000);
});
