/** The engine from npm alone: its models of the compute core and of the machine do what Verilator's do, word for word. */
import { describe, expect, test } from 'vitest';
import { turnedBits } from '../../test/fixtures/turned-bits.ts';
import { runCore } from '../compute/build.ts';
import { verifyCompute } from '../compute/verify.ts';
import { type MachineRunner, runMachine } from '../core/build.ts';
import { verifyMachine } from '../core/verify.ts';
import { missing } from '../tool.ts';
import { modelHeader, portsOfModel } from './adapter.ts';
import { npmCoreRunner } from './compute.ts';
import { npmMachineRunner } from './machine.ts';
import { npmTools } from './packages.ts';

const absent = await npmTools().then(
  () => undefined,
  (error: Error) => `skipped: ${error.message}`,
);
const run = npmCoreRunner();
const noVerilator = missing('verilator', 'make', 'g++');

describe('the face of a Verilated model', () => {
  const model = `struct p_two__parts : public module {
	/*input*/ value<1> p_clk;
	/*input*/ value<40> p_in__word;
	/*output*/ wire<70> p_out__word {0u, 0u, 0u};
	/*output*/ value<3> p_count;
`;

  test('its ports are read from what write_cxxrtl wrote', () => {
    expect(portsOfModel(model, 'two_parts')).toEqual([
      { name: 'clk', width: 1, output: false, wire: false },
      { name: 'in_word', width: 40, output: false, wire: false },
      { name: 'out_word', width: 70, output: true, wire: true },
      { name: 'count', width: 3, output: true, wire: false },
    ]);
  });

  test('fields have the types that Verilator gives them', () => {
    const header = modelHeader('two_parts', { name: 'two_parts', ports: portsOfModel(model, 'two_parts') });
    for (const line of ['uint8_t clk = 0;', 'uint64_t in_word = 0;', 'uint32_t out_word[3] = {};'])
      expect(header).toContain(line);
    expect(header).toContain('model.p_in__word.data[1] = in_word >> 32;');
    expect(header).toContain('out_word[2] = model.p_out__word.curr.data[2];');
  });
});

describe.skipIf(absent)(`compute core under CXXRTL${absent ? ` (${absent})` : ''}`, () => {
  test('random layers on 4 x 4: every psum, every address, every cycle', async () => {
    expect(await verifyCompute({ cases: 20, rows: 4, cols: 4, seed: 2, run })).toMatchObject({
      ...{ cases: 20, valueMismatches: 0, cycleMismatches: 0 },
    });
  }, 600_000);

  // A control: the comparison sees it on this engine too when a few taps are others.
  test('with some bits of its images turned, layers come out wrong', async () => {
    const options = { cases: 20, rows: 4, cols: 4, seed: 1, run: turnedBits(run) };
    expect((await verifyCompute(options)).valueMismatches).toBeGreaterThan(5);
  }, 600_000);

  test.skipIf(noVerilator)(
    `both engines write the same results${noVerilator ?? ''}`,
    async () => {
      const runs = { npm: [] as unknown[], verilator: [] as unknown[] };
      const options = { cases: 12, rows: 4, cols: 4, seed: 5 };
      const keep =
        (engine: keyof typeof runs, runner: typeof run): typeof run =>
        async (...args) => {
          const results = await runner(...args);
          runs[engine].push(...results);
          return results;
        };
      await verifyCompute({ ...options, run: keep('npm', run) });
      await verifyCompute({ ...options, run: keep('verilator', runCore) });
      expect(runs.npm).toHaveLength(12);
      expect(runs.npm).toEqual(runs.verilator);
    },
    900_000,
  );
});

describe.skipIf(absent)(`the whole machine under CXXRTL${absent ? ` (${absent})` : ''}`, () => {
  const onBoth: MachineRunner = async (...args) => {
    const runs = await npmMachineRunner()(...args);
    if (!noVerilator) expect(runs).toEqual(await runMachine(...args));
    return runs;
  };

  const too = noVerilator ? ` (${noVerilator} to compare with)` : ', as under Verilator';
  test(`random networks on 2 x 2: every byte of memory, every cycle${too}`, async () => {
    const found = await verifyMachine({ cases: 30, rows: 2, cols: 2, lean: 'none', seed: 7, run: onBoth });
    expect(found).toMatchObject({ valueMismatches: 0, cycleMismatches: 0 });
    for (const kind of ['cases', 'chains', 'partitioned', 'weightFirst', 'chunked'] as const)
      expect(found[kind], kind).toBeGreaterThan(0);
  }, 600_000);
});
