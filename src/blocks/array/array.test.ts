/** The grid: what passes takes a cycle a PE, psums add up down a column; and the same in silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { peSources } from '../../../rtl/compute/build.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { zcu102Lean } from '../../arch/presets/zcu102-lean.ts';
import { seeded } from '../../tensor/random.ts';
import { type ChainWord, freshLoad, type Operation, type TapRead, tapWordBits } from '../pe/pe.ts';
import { type ArrayInputs, PeArray } from './array.ts';

const [rows, cols] = [3, 4];
const words = 2 ** tapWordBits(zcu102.pe) / 2; // of a load: half of what a PE holds

/** Skewed traffic, every PE's taps loaded first: operations into one bank, drains of the other, or of the same in turn. */
function traffic(cycles: number, { psumBanks } = zcu102.pe): readonly ArrayInputs[] {
  const { below } = seeded(5, 'array');
  const operations: (Operation | undefined)[] = [];
  const reads: (TapRead | undefined)[] = [];
  const chains: (ChainWord | undefined)[] = [];
  const drains = [];
  const each = words * rows + 2; // cycles of a load
  const anyTap = () =>
    below(4) > 0 ? { weight: below(127) + 1 - 128 * below(2), offset: below(32) } : undefined;
  for (let t = 0; t < cycles; t++) {
    const warm = t - 2 * each - rows;
    const place = t % each;
    const lanes = zcu102.pe.weightLanes;
    chains.push(
      t >= 2 * each || place === 1
        ? undefined
        : place === 0
          ? freshLoad(words * Math.floor(t / each))
          : {
              fresh: undefined,
              left: lanes,
              lanes: Array.from({ length: lanes }, (_, l) => ({
                last: l === lanes - 1 && (place - 2) % words === words - 1,
                tap: anyTap(),
              })),
            },
    );
    const phase = Math.floor(warm / 100);
    const [adds, drain] =
      psumBanks === 2 ? [true, true] : [phase % 2 === 0, phase % 2 === 1 && warm % 100 < 97];
    operations.push(
      adds && warm >= 0 && warm % 100 < 97 && below(4) > 0
        ? { x: below(512) - 256, position: 32 + below(32), psumBank: phase % psumBanks }
        : undefined,
    );
    reads.push({ lane: below(lanes), word: below(2 * words) });
    drains.push(
      drain && warm >= 100 && below(2) > 0
        ? { address: below(64), bank: (phase + 1) % psumBanks }
        : undefined,
    );
  }
  return drains.map((drain, t) => ({
    drain,
    rows: Array.from({ length: rows }, (_, r) => operations[t - r]),
    reads: Array.from({ length: rows }, (_, r) => reads[t - r]),
    chains: Array.from({ length: cols }, (_, c) => chains[t - c]),
  }));
}

function run(inputs: readonly ArrayInputs[], pe = zcu102.pe) {
  const array = new PeArray({ rows, cols, ...pe });
  return inputs.map((input, t) => {
    const psums = Array.from({ length: cols }, (_, c) =>
      inputs[t - (rows - 1) - 3 - c]?.drain ? array.psum(c) : undefined,
    );
    const last = array.grid.at(-1)!.at(-1)!;
    array.tick(input);
    array.commit();
    return { psums, east: last.operation };
  });
}

test('an operation leaves in the east a cycle a column after it came', () => {
  const inputs = traffic(400);
  const seen = run(inputs).map(({ east }) => east);
  for (let t = cols - 1; t < inputs.length; t++) expect(seen[t]).toEqual(inputs[t - cols + 1]!.rows.at(-1));
});

test('what leaves a column in the south is the sum over its rows', () => {
  const inputs = traffic(800);
  const alone = Array.from({ length: rows }, (_, r) =>
    run(
      inputs.map((input) => ({
        ...input,
        rows: input.rows.map((operation, i) => (i === r ? operation : undefined)),
      })),
    ),
  );
  for (const [t, { psums }] of run(inputs).entries())
    for (const [c, psum] of psums.entries())
      if (psum !== undefined) expect(psum).toBe(alone.reduce((sum, row) => sum + row[t]!.psums[c]!, 0));
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`pe_array.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([
    { name: 'two banks', arch: zcu102, dsp: 0 },
    { name: 'one bank, on the cascade of DSP slices', arch: zcu102Lean, dsp: 1 },
  ])('every psum that leaves: $name', async ({ arch, dsp }) => {
    const wires = coreWires({ ...arch, array: { rows, cols } });
    const inputs = traffic(3000, arch.pe);
    const outputs = await cosimulate({
      top: 'pe_array',
      sources: [...peSources, 'src/blocks/array/pe_array.sv'],
      parameters: {
        ...{ ROWS: rows, COLS: cols, DSP48: dsp },
        ...{ PSUM_BANKS: arch.pe.psumBanks, PSUM_BITS: arch.pe.psumBits },
      },
      vectors: [
        { reset: 1 },
        ...inputs.map(
          (input): InputRow => ({
            rows: wires.joined(
              input.rows.map((operation, r) => wires.operation.encode(operation, input.reads[r])),
              wires.operation.width,
            ),
            drain: wires.drain.encode(input.drain),
            chains: wires.joined(input.chains.map(wires.chain.encode), wires.chain.width),
          }),
        ),
      ],
    });
    let left = 0;
    for (const [t, { psums }] of run(inputs, arch.pe).entries())
      for (const [c, psum] of psums.entries()) {
        if (psum === undefined) continue;
        const south = Number(BigInt.asIntN(32, BigInt(outputs[t + 1]!.psums!) >> BigInt(32 * c)));
        expect(south, `cycle ${t}, column ${c}`).toBe(psum);
        if (psum !== 0) left++;
      }
    expect(left).toBeGreaterThan(1000);
  });
});
