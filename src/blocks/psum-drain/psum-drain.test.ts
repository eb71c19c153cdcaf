/** The drain's commands and the times at which psums leave, plainly and against its silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { FEED } from '../feed.ts';
import type { DrainCommand } from '../pe/pe.ts';
import { type Drain, PsumDrain } from './psum-drain.ts';

interface Cycle {
  readonly drain: Drain | undefined;
  readonly finish: boolean;
  readonly command: DrainCommand | undefined;
  readonly leaving: readonly (number | undefined)[];
  readonly finished: boolean;
}

/** Drains back to back, then `finish` when the last psum is out. */
function run({ rows, cols }: { rows: number; cols: number }): readonly Cycle[] {
  const { below } = seeded(rows * 100 + cols, 'drains');
  const block = new PsumDrain({ rows, cols });
  const cycles: Cycle[] = [];
  let next = 1;
  let left = 10;
  for (let t = 0; left >= -1 || t < next + rows + cols + FEED + 3; t++) {
    let [drain, finish]: [Drain | undefined, boolean] = [undefined, false];
    if (t === next && left >= 0) {
      finish = left === 0;
      if (!finish) drain = { base: below(20), count: 1 + below(40), bank: left % 2 };
      next += (drain?.count ?? 0) + 2;
      left--;
    } else if (t === next) left--;
    cycles.push({
      drain,
      finish,
      command: block.command,
      leaving: Array.from({ length: cols }, (_, c) => block.leaving(c)),
      finished: block.finished,
    });
    block.tick({ drain, finish });
    block.commit();
  }
  return cycles;
}

const sizes = [
  [1, 1],
  [4, 3],
  [2, 8],
] as const;

test.each(sizes)(
  '%i rows, %i columns: each command after FEED cycles, each psum past all rows',
  (rows, cols) => {
    const cycles = run({ rows, cols });
    for (const [t, { drain }] of cycles.entries())
      for (let a = 0; a < (drain?.count ?? 0); a++) {
        const address = drain!.base + a;
        expect(cycles[t + FEED + a]!.command).toEqual({ address, bank: drain!.bank });
        for (let c = 0; c < cols; c++)
          expect(cycles[t + FEED + a + rows - 1 + 3 + c]!.leaving[c]).toBe(address);
      }
    const sent = cycles.reduce((sum, { drain }) => sum + (drain?.count ?? 0), 0);
    for (let c = 0; c < cols; c++)
      expect(cycles.filter(({ leaving }) => leaving[c] !== undefined).length).toBe(sent);
    const last = cycles.findLastIndex(({ leaving }) => leaving.at(-1) !== undefined);
    expect(cycles.map(({ finished }) => finished).indexOf(true)).toBe(last);
  },
);

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`psum_drain.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each(sizes)('%i rows, %i columns: every wire, every cycle', async (rows, cols) => {
    const cycles = run({ rows, cols });
    const wires = coreWires({ ...zcu102, array: { rows, cols } });
    const outputs = await cosimulate({
      top: 'psum_drain',
      sources: ['src/blocks/psum-drain/psum_drain.sv'],
      parameters: { ROWS: rows, COLS: cols },
      vectors: [
        { reset: 1 },
        ...cycles.map(
          ({ drain, finish }): InputRow => ({
            start: drain !== undefined,
            base: drain?.base ?? 0,
            count: drain?.count ?? 0,
            bank: drain?.bank ?? 0,
            finish,
          }),
        ),
      ],
    });
    const addressOf = (bits: bigint, c: number): number => Number(BigInt.asUintN(6, bits >> BigInt(6 * c)));
    expect(
      outputs.slice(1).map(({ command, valid, address, finished }) => ({
        command: wires.drain.decode(command!),
        leaving: Array.from({ length: cols }, (_, c) =>
          (Number(valid) >> c) & 1 ? addressOf(BigInt(address!), c) : undefined,
        ),
        finished: finished === 1,
      })),
    ).toEqual(cycles.map(({ command, leaving, finished }) => ({ command, leaving, finished })));
  });
});
