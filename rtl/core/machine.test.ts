/** The whole machine, from DRAM to DRAM: stepped model against plain arithmetic, silicon against both. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { tapWordBits } from '../../src/blocks/pe/pe.ts';
import { wavesAhead } from '../../src/blocks/sequencer/sequencer.ts';
import { UserError } from '../../src/errors.ts';
import { compileNetwork } from '../../src/sim/machine/compile.ts';
import { readIfmap, writeIfmap } from '../../src/sim/machine/layout.ts';
import type { MachineLayer } from '../../src/sim/machine/machine-layer.ts';
import { machineShape } from '../../src/sim/machine/shape.ts';
import { stepMachine } from '../../src/sim/machine/step-machine.ts';
import { type TimedWave, wavesTime } from '../../src/sim/machine/wave-time.ts';
import { archOf, LEAN } from '../lean.ts';
import { fromRoot, missing, run } from '../tool.ts';
import { machineParameters, machineSources } from './build.ts';
import { anyNetwork, type MachineCase, plainNetwork } from './networks.ts';
import { same, verifyMachine } from './verify.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };

/** A layer that no cut of the machine holds, or that reads nothing but padding, is refused, rightly; it tells nothing here. */
function unlessRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError && error.message.includes('fits the machine')) return undefined;
    throw error;
  }
}

test('an ifmap comes back out of memory as it went in', () => {
  fc.assert(
    fc.property(anyNetwork, ({ layers, ifmap }) => {
      const compiled = unlessRefused(() => compileNetwork(layers.slice(0, 1), arch));
      fc.pre(compiled !== undefined);
      const { dram, input } = compiled;
      writeIfmap(dram, input, ifmap);
      const back = readIfmap(dram, input, ifmap instanceof Int8Array);
      // Pixels that no tap reads, beyond the last window, are no part of the image.
      expect(back.every((byte, i) => byte === 0 || byte === ifmap[i])).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a slower memory changes no byte', () => {
  const [network] = fc.sample(fc.noBias(anyNetwork), { numRuns: 1, seed: 5 });
  const { layers, ifmap } = network!;
  const results = [0, 3, 50].map((latency) => {
    const net = compileNetwork(layers, arch);
    writeIfmap(net.dram, net.input, ifmap);
    const { cycles } = stepMachine(net.dram, arch, {
      first: net.first,
      timing: { latency, stall: 2 * latency, seed: 1 },
    });
    return {
      cycles,
      right: same(readIfmap(net.dram, net.output, net.outputSigned), plainNetwork(layers, ifmap)),
    };
  });
  expect(results.map(({ right }) => right)).toEqual([true, true, true]);
  expect(results[2]!.cycles).toBeGreaterThan(results[0]!.cycles);
});

/** The waves of a single layer as the sequencer took them, when it worked, and whether it ever waited for one. */
function wavesOf({ layers, ifmap, timing }: MachineCase, arch: Arch) {
  const net = compileNetwork(layers.slice(0, 1), arch);
  writeIfmap(net.dram, net.input, ifmap);
  const waves: TimedWave[] = [];
  let [begun, finished, waited, banks, final] = [0, 0, false, 0, false];
  stepMachine(net.dram, arch, {
    ...{ first: net.first, timing },
    watch(cycle, machine) {
      const { issue, sequencer, control } = machine;
      if (sequencer.running && begun === 0) begun = cycle;
      if (sequencer.finish) finished = cycle;
      if (!sequencer.recordReady) return;
      const { record } = issue;
      if (record) {
        const { psumBank } = record.place;
        waves.push({ ...record, psumBank, slots: machine.rowSlots(record.entry) });
        banks = wavesAhead(2 ** tapWordBits(arch.pe), control.layer.weightStep);
        final = record.final;
      } else if (waves.length > 0 && !final) waited = true;
    },
  });
  return { waves, banks, cycles: finished - begun, waited };
}

test.each([1, 2] as const)(
  '%i psum banks: the closed form is exact where no wave waits for memory, and a bound where one does',
  (psumBanks) => {
    const seen = { exact: 0, bounded: 0 };
    const ours = { ...arch, pe: { ...arch.pe, psumBanks } };
    for (const network of fc.sample(fc.noBias(anyNetwork), { numRuns: 60, seed: 8 })) {
      const { waves, banks, cycles, waited } = wavesOf(network, ours);
      const closed = wavesTime(waves, banks, ours);
      if (waited) expect(cycles).toBeGreaterThanOrEqual(closed);
      else expect(cycles).toBe(closed);
      seen[waited ? 'bounded' : 'exact']++;
    }
    expect(seen.exact).toBeGreaterThan(5);
    expect(seen.bounded).toBeGreaterThan(5);
  },
);

test('the weights of the next layer come under the last one', () => {
  let [chained, ahead] = [0, 0];
  for (const { layers, ifmap } of fc.sample(fc.noBias(anyNetwork), { numRuns: 20, seed: 11 })) {
    const net = unlessRefused(() => compileNetwork(layers, arch));
    if (!net || layers.length === 1) continue;
    writeIfmap(net.dram, net.input, ifmap);
    let known = false; // a layer behind the one that runs
    stepMachine(net.dram, arch, {
      first: net.first,
      watch(_, { control, weights, issue }) {
        known = control.followingKnown || (known && !control.layerStart);
        if (control.layerStart) chained++;
        if (known && weights.ports[0]!.request?.address === control.following.weights && !issue.idle) {
          ahead++;
          known = false;
        }
      },
    });
  }
  expect(chained).toBeGreaterThan(10);
  expect(ahead).toBeGreaterThan(chained / 4);
});

test('what the machine cannot do is said before anything runs', () => {
  const [network] = fc.sample(fc.noBias(anyNetwork), { numRuns: 1, seed: 5 });
  const [layer] = network!.layers;
  const changed = (conv: Partial<MachineLayer['conv']>): MachineLayer => ({
    ...layer!,
    conv: { ...layer!.conv, ...conv },
  });
  const compile = (layers: readonly MachineLayer[]) => () => compileNetwork(layers, arch);
  expect(compile([])).toThrow('a network without layers');
  expect(compile([changed({ dilation: [2, 2] })])).toThrow('no dilation');
  expect(compile([changed({ groups: 2 })])).toThrow('one layer a group');
  expect(compile([layer!, changed({ stride: [3, 3] })])).toThrow('stride of 3, 3');
  const deep = { ...arch, pe: { ...arch.pe, psumDepth: 100 } };
  expect(() => compileNetwork([layer!], deep)).toThrow('bitmaps of 100 bits');
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`the machine under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each(LEAN)('%s-lean: no warning of lint', async (lean) => {
    const arch = archOf({ rows: 4, cols: 4, lean });
    const shape = machineShape(arch);
    const parameters = Object.entries(machineParameters(arch, shape)).map(([name, n]) => `-G${name}=${n}`);
    const args = ['--lint-only', '-Wall', '--top-module', 'sense_core', ...parameters, ...machineSources];
    expect(await run('verilator', args)).toEqual({ status: 0, output: '' });
  });

  test('random networks: every byte of memory, every cycle', { timeout: 900_000 }, async () => {
    const found = await verifyMachine({ cases: 40, rows: 4, cols: 4, lean: 'none', seed: 3 });
    expect(found).toMatchObject({ valueMismatches: 0, cycleMismatches: 0 });
    for (const kind of ['cases', 'chains', 'partitioned', 'weightFirst', 'chunked'] as const)
      expect(found[kind], kind).toBeGreaterThan(0);
  });

  test('all lanes and ports of 32 columns: the same', { timeout: 900_000 }, async () => {
    const found = await verifyMachine({ cases: 12, rows: 2, cols: 32, lean: 'none', seed: 5 });
    expect(found).toMatchObject({ valueMismatches: 0, cycleMismatches: 0 });
    expect(found.cases).toBeGreaterThan(5);
  });

  test.each(['bram', 'lut'] as const)('%s-lean: the same', { timeout: 900_000 }, async (lean) => {
    const found = await verifyMachine({ cases: 20, rows: 4, cols: 4, lean, seed: 4 });
    expect(found).toMatchObject({ valueMismatches: 0, cycleMismatches: 0 });
    expect(found.cases).toBeGreaterThan(10);
  });
});

const noYosys = missing('yosys');
describe.skipIf(noYosys)(`the machine in Yosys${noYosys ? ` (${noYosys})` : ''}`, () => {
  test('no latch, no error, no warning', { timeout: 600_000 }, async () => {
    const script = `read_verilog -sv ${machineSources.map(fromRoot).join(' ')}; hierarchy -check -top sense_core; proc; check -assert; select -assert-none t:$dlatch t:$_DLATCH_*`;
    expect(await run('yosys', ['-q', '-p', script])).toEqual({ status: 0, output: '' });
  });
});
