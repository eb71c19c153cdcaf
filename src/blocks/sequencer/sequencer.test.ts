/** The sequencer's slots, with rows that run ahead of each other, against the closed form, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import {
  type Program,
  ROWS,
  randomProgram,
  runProgram,
  TAP_WORDS,
  timed,
} from '../../../rtl/blocks/sequencer-rows.ts';
import { recordWords } from '../../../rtl/compute/images.ts';
import { coreWidths } from '../../../rtl/compute/widths.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { waveTimes } from '../../sim/machine/wave-time.ts';
import { seeded } from '../../tensor/random.ts';
import { wavesAhead } from './sequencer.ts';

const arch = { ...zcu102, array: { rows: ROWS, cols: 4 } };

type Cycles = ReturnType<typeof runProgram>;

/** Slots in which something is so, counted from slot 0. */
function slotsOf(cycles: Cycles, of: (cycle: Cycles[number]) => unknown): readonly number[] {
  const slot0 = cycles.findIndex(({ running }) => running);
  return cycles.flatMap((cycle, t) => (of(cycle) ? [t - slot0] : []));
}

const plainOf = (program: Program) => {
  const times = waveTimes(timed(program), wavesAhead(TAP_WORDS, program.weightStep), arch);
  return {
    loads: times.map(({ load }) => load),
    announced: times.map(({ announced }) => announced),
    over: times.map(({ over }) => over),
    drains: times.flatMap(({ over, drained }) => (drained === undefined ? [] : [over])),
    finish: times.at(-1)!.drained,
  };
};

const found = (cycles: Cycles) => ({
  loads: slotsOf(cycles, ({ load }) => load),
  announced: slotsOf(cycles, ({ announced }) => announced),
  over: slotsOf(cycles, ({ ended }) => ended),
  drains: slotsOf(cycles, ({ drain }) => drain),
  finish: slotsOf(cycles, ({ finish }) => finish)[0],
});

test.each([1, 2] as const)('%i psum banks: everything starts in its slot', (banks) => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const program = randomProgram(seed, banks);
      const cycles = runProgram(program);
      expect(found(cycles)).toEqual(plainOf(program));
      // The weights of a wave are loaded where it reads them, in banks one after another.
      const bases = program.waves.map((_, w) => (w * program.weightStep) % TAP_WORDS);
      expect(cycles.flatMap(({ load }) => (load ? [load.base] : []))).toEqual(bases);
      expect(cycles.flatMap(({ announced }) => (announced ? [announced.weightBase] : []))).toEqual(bases);
    }),
    { numRuns: 200 },
  );
});

test.each([1, 2] as const)(
  '%i psum banks: late records put off, and never drop, repeat or bring forward, anything',
  (banks) => {
    let later = 0;
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const program = randomProgram(seed, banks);
        const { below } = seeded(seed, 'late');
        const [late, punctual] = [runProgram(program, () => below(3) * below(40)), runProgram(program)];
        const list = <K extends keyof Cycles[number]>(cycles: Cycles, key: K) =>
          cycles.map((cycle) => cycle[key]).filter((each) => each !== undefined && each !== false);
        for (const key of ['announced', 'load', 'drain', 'ended', 'finish'] as const)
          expect(list(late, key)).toEqual(list(punctual, key));
        const [slots, plain] = [found(late), plainOf(program)];
        for (const key of ['loads', 'announced', 'over', 'drains'] as const)
          expect(slots[key].filter((slot, i) => slot < plain[key][i]!)).toEqual([]);
        expect(slots.finish).toBeGreaterThanOrEqual(plain.finish!);
        if (slots.finish! > plain.finish!) later++;
      }),
      { numRuns: 200 },
    );
    expect(later).toBeGreaterThan(30);
  },
);

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`sequencer.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([1, 2] as const)('%i psum banks: every start, every cycle', async (banks) => {
    const [wires, widths] = [coreWires(arch), coreWidths(arch)];
    const { below } = seeded(3, 'late');
    const programs = Array.from({ length: 30 }, (_, seed) => {
      const program = randomProgram(seed, banks);
      return { ...program, cycles: runProgram(program, () => (seed % 2) * below(3) * below(40)) };
    });
    const vectors = programs.flatMap(({ cycles, weightStep }): InputRow[] => [
      { reset: 1, weight_step: weightStep },
      ...cycles.map(({ record, done }) => ({
        weight_step: weightStep,
        done: wires.joined(done.map(BigInt), 8),
        ...(record && {
          record_valid: 1,
          record: wires.joined([...recordWords(record, widths)].map(BigInt), 32),
        }),
      })),
    ]);
    const outputs = await cosimulate({
      top: 'sequencer',
      sources: ['src/blocks/sequencer/sequencer.sv', 'src/blocks/fifo/fifo.sv'],
      parameters: { ROWS },
      vectors,
    });
    let at = 0;
    for (const { cycles } of programs) {
      at++; // the cycle of reset
      for (const [t, { announced, load, drain, finish, running, ...rest }] of cycles.entries()) {
        const row = outputs[at++]!;
        const starts = BigInt(row.wave!) >> BigInt(wires.wave.width - 1) === 1n;
        const actual = {
          wave: starts ? BigInt(row.wave!) : undefined,
          load: row.load_start
            ? { words: row.load_words, header: row.load_header, tap: row.load_tap, base: row.load_base }
            : undefined,
          drain: row.drain_start
            ? { base: row.drain_base, count: row.drain_count, bank: row.drain_bank }
            : undefined,
          started: starts ? row.started_tag : undefined,
          ended: row.ended ? { tag: row.ended_tag } : undefined,
          finish: row.finish === 1,
          running: row.running === 1,
          recordReady: row.record_ready === 1,
        };
        expect(actual, `cycle ${t}`).toEqual({
          wave: announced && wires.wave.encode(announced),
          ...{ load, drain, finish, running, recordReady: rest.recordReady, ended: rest.ended },
          started: announced ? rest.started : undefined,
        });
      }
    }
  });
});
