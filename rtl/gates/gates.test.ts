/** The mapped netlist of a small core runs the same layers as its RTL: every psum, every address, every cycle. */
import { describe, expect, test } from 'vitest';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { zcu102Lean } from '../../src/arch/presets/zcu102-lean.ts';
import { verifyCompute } from '../compute/verify.ts';
import { missing } from '../tool.ts';
import { buildGates, gateRunner } from './gates.ts';

const CELLS = /^(LUT\d|FD\w+|MUXF\d|CARRY\d|RAM\w+|SRL\w+|DSP48E2|INV)$/;

const absent = missing('yosys', 'verilator', 'make', 'g++');
describe.skipIf(absent)(`compute core as gates${absent ? ` (${absent})` : ''}`, () => {
  const sizes = { rows: 2, cols: 2 };

  test.each([zcu102, zcu102Lean])(
    '$name: values and cycles of 12 random layers are those of model, closed form and convolution',
    async ({ pe }) => {
      const found = await verifyCompute({ ...sizes, pe, cases: 12, seed: 3, run: gateRunner() });
      expect(found).toMatchObject({ cases: 12, valueMismatches: 0, cycleMismatches: 0 });
    },
    600_000,
  );

  test('it is made of cells of the device: a multiplier a PE, and no behaviour left', async () => {
    const { cells } = await buildGates({ ...zcu102, array: sizes });
    expect(cells.DSP48E2).toBeGreaterThanOrEqual(4);
    expect(Object.keys(cells).filter((cell) => !CELLS.test(cell))).toEqual([]);
  }, 600_000);

  // A control: the comparison sees one wrong cell.
  test('with the multiplier of one PE fed a constant, values differ', async () => {
    const damage = { replace: /\.A\(\{ \\pe_array[^}]*\}\)/, by: ".A(30'd1)" };
    const found = await verifyCompute({ ...sizes, cases: 12, seed: 3, run: gateRunner(damage) });
    expect(found.valueMismatches).toBeGreaterThan(0);
  }, 600_000);
});
