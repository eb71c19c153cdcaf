/** The grid: what passes takes a cycle a PE, psums add up down a column; and the same in silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { peSources } from '../../../rtl/compute/build.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { type ChainWord, FRESH, type Operation, type TapRead, tapWords } from '../pe/pe.ts';
import { type ArrayInputs, PeArray } from './array.ts';

const [rows, cols] = [3, 4];
const words = tapWords(zcu102.pe);

/** Skewed traffic, every PE's taps loaded first: operations into one bank, drains of the other. */
function traffic(cycles: number): readonly ArrayInputs[] {
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
          ? FRESH
          : {
              fresh: false,
              bank: Math.floor(t / each),
              left: lanes,
              lanes: Array.from({ length: lanes }, (_, l) => ({
                last: l === lanes - 1 && (place - 2) % words === words - 1,
                tap: anyTap(),
              })),
            },
    );
    const phase = Math.floor(warm / 100);
    operations.push(
      warm >= 0 && warm % 100 < 97 && below(4) > 0
        ? { x: below(512) - 256, position: 32 + below(32), psumBank: phase % 2 }
        : undefined,
    );
    reads.push({ lane: below(lanes), word: below(words), bank: below(2) });
    drains.push(warm >= 100 && below(2) > 0 ? { address: below(64), bank: (phase + 1) % 2 } : undefined);
  }
  return drains.map((drain, t) => ({
    drain,
    rows: Array.from({ length: rows }, (_, r) => operations[t - r]),
    reads: Array.from({ length: rows }, (_, r) => reads[t - r]),
    chains: Array.from({ length: cols }, (_, c) => chains[t - c]),
  }));
}

function run(inputs: readonly ArrayInputs[]) {
  const array = new PeArray({ rows, cols, ...zcu102.pe });
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
  test('every psum that leaves', async () => {
    const wires = coreWires({ ...zcu102, array: { rows, cols } });
    const inputs = traffic(3000);
    const outputs = await cosimulate({
      top: 'pe_array',
      sources: [...peSources, 'src/blocks/array/pe_array.sv'],
      parameters: { ROWS: rows, COLS: cols },
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
    for (const [t, { psums }] of run(inputs).entries())
      for (const [c, psum] of psums.entries()) {
        const left = Number(BigInt.asIntN(32, BigInt(outputs[t + 1]!.psums!) >> BigInt(32 * c)));
        if (psum !== undefined) expect(left, `cycle ${t}, column ${c}`).toBe(psum);
      }
  });
});
