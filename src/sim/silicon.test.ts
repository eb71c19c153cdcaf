/** The compute core in SystemVerilog: clean for every tool, and equal to model, closed form and convolution. */
import { describe, expect, test } from 'vitest';
import { computeSources, runCore } from '../../rtl/compute/build.ts';
import { verifyCompute } from '../../rtl/compute/verify.ts';
import { missing, run } from '../../rtl/tool.ts';
import { turnedBits } from '../../test/fixtures/turned-bits.ts';

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`compute core under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([
    [1, 1],
    [4, 4],
    [8, 8],
    [5, 3],
  ])('%i x %i: no warning of lint', async (rows, cols) => {
    const sizes = [`-GROWS=${rows}`, `-GCOLS=${cols}`];
    const args = ['--lint-only', '-Wall', '--top-module', 'compute_core', ...sizes, ...computeSources];
    expect(await run('verilator', args)).toEqual({ status: 0, output: '' });
  });

  test('random layers: every psum, every address, every cycle', async () => {
    expect(await verifyCompute({ cases: 60, rows: 4, cols: 4, seed: 1 })).toMatchObject({
      cases: 60,
      valueMismatches: 0,
      cycleMismatches: 0,
    });
  });

  // A control: the comparison sees it when a few taps are others.
  test('with some bits of its images turned, layers come out wrong', async () => {
    const { valueMismatches } = await verifyCompute({
      cases: 20,
      rows: 4,
      cols: 4,
      seed: 1,
      run: turnedBits(runCore),
    });
    expect(valueMismatches).toBeGreaterThan(5);
  });
});

const noYosys = missing('yosys');
describe.skipIf(noYosys)(`compute core in Yosys${noYosys ? ` (${noYosys})` : ''}`, () => {
  test('no latch, no error, no warning', async () => {
    const script = `read_verilog -sv ${computeSources.join(' ')}; hierarchy -check -top compute_core; proc; check -assert; select -assert-none t:$dlatch t:$_DLATCH_*`;
    expect(await run('yosys', ['-q', '-p', script])).toEqual({ status: 0, output: '' });
  });
});
