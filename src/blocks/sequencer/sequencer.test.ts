/** The sequencer's slots against the sums of the closed form written out, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { recordWords } from '../../../rtl/compute/images.ts';
import { coreWidths } from '../../../rtl/compute/widths.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { Sequencer, type WaveRecord } from './sequencer.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };

/** A program of a few tiles; some leave their psums where they are. The last one drains. */
function randomProgram(seed: number): readonly WaveRecord[] {
  const { below } = seeded(seed, 'program');
  const tiles = 1 + below(5);
  return Array.from({ length: tiles }, (_, t) => {
    const psums = t < tiles - 1 && below(4) === 0 ? 0 : 1 + below(64);
    const place = { psumBank: t % 2, halo: below(3), origin: below(64), reciprocal: below(4097) };
    const waves = 1 + below(4);
    return Array.from({ length: waves }, (_, g) => ({
      final: t === tiles - 1 && g === waves - 1,
      endsTile: g === waves - 1,
      slots: below(3) > 0 ? below(60) : 0,
      words: below(3) > 0 ? below(43) : 0,
      place,
      psums,
      base: below(3),
      header: below(100),
      tap: below(100),
      entry: below(100),
      tag: below(2),
    }));
  }).flat();
}

/** First slots of waves and drains and the slot of `finish`, as decision 001 has them. */
function plainSlots(program: readonly WaveRecord[], banks: 1 | 2) {
  const [waves, drains]: [number[], number[]] = [[], []];
  let [time, drained] = [program[0]!.words + 2, 0];
  for (const [g, wave] of program.entries()) {
    waves.push(time);
    const next = program[g + 1];
    const loaded = next ? time + next.words + 2 : 0;
    time += wave.slots + 2;
    if (wave.endsTile) {
      time = Math.max(time, drained);
      drained = time;
      if (wave.psums > 0) {
        drains.push(time);
        drained += wave.psums + 2;
      }
      if (banks === 1) time = drained;
    }
    time = Math.max(time, loaded);
  }
  return { waves, drains, finish: drained };
}

type Outputs = Pick<
  Sequencer,
  'control' | 'entryAddress' | 'load' | 'drain' | 'started' | 'ended' | 'finish' | 'running' | 'recordReady'
>;

/** `wait`: cycles that a record comes late. */
function run(program: readonly WaveRecord[], banks: 1 | 2, wait: () => number = () => 0) {
  const sequencer = new Sequencer({ channelGap: 2, psumBanks: banks });
  const cycles: (Outputs & { readonly record: WaveRecord | undefined })[] = [];
  let [g, late] = [0, wait()];
  for (let done = 0; done < 4; ) {
    const { control, entryAddress, load, drain, started, ended, finish, running, recordReady } = sequencer;
    const record = late === 0 ? program[g] : undefined;
    cycles.push({ control, entryAddress, load, drain, started, ended, finish, running, recordReady, record });
    if (done > 0 || finish) done++;
    sequencer.tick({ record });
    sequencer.commit();
    if (record && recordReady) [g, late] = [g + 1, wait()];
    else if (late > 0) late--;
  }
  return cycles;
}

test.each([1, 2] as const)('%i psum banks: everything starts in its slot', (banks) => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const program = randomProgram(seed);
      const cycles = run(program, banks);
      const slot0 = cycles.findIndex(({ running }) => running);
      const slots = (of: (cycle: (typeof cycles)[number]) => unknown): readonly number[] =>
        cycles.flatMap((cycle, t) => (of(cycle) ? [t - slot0] : []));
      const plain = plainSlots(program, banks);
      expect(slots(({ control }) => control)).toEqual(plain.waves);
      expect(slots(({ load }) => load)).toEqual([0, ...plain.waves.slice(0, -1)]);
      expect(slots(({ drain }) => drain)).toEqual(plain.drains);
      expect(slots(({ finish }) => finish)).toEqual([plain.finish]);
      // The weights of a wave are loaded into the bank that it reads.
      const banksOf = (list: readonly (number | undefined)[]) => list.filter((bank) => bank !== undefined);
      expect(banksOf(cycles.map(({ load }) => load?.bank))).toEqual(
        banksOf(cycles.map(({ control }) => control?.weightBank)),
      );
    }),
    { numRuns: 200 },
  );
});

test.each([1, 2] as const)(
  '%i psum banks: late records put off, and never drop or repeat, anything',
  (banks) => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const program = randomProgram(seed);
        const { below } = seeded(seed, 'late');
        const [late, punctual] = [run(program, banks, () => below(3) * below(40)), run(program, banks)];
        const list = <K extends keyof Outputs>(cycles: readonly Outputs[], key: K) =>
          cycles.map((cycle) => cycle[key]).filter((each) => each !== undefined && each !== false);
        for (const key of ['control', 'load', 'drain', 'ended', 'finish'] as const)
          expect(list(late, key)).toEqual(list(punctual, key));
        expect(list(late, 'ended').length).toBe(program.length);
      }),
      { numRuns: 200 },
    );
  },
);

test.each([1, 2] as const)('%i psum banks: what a late record puts off, it never brings forward', (banks) => {
  let later = 0;
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const program = randomProgram(seed);
      const { below } = seeded(seed, 'late');
      const cycles = run(program, banks, () => below(3) * below(40));
      const slot0 = cycles.findIndex(({ running }) => running);
      const slots = (of: (cycle: (typeof cycles)[number]) => unknown): readonly number[] =>
        cycles.flatMap((cycle, t) => (of(cycle) ? [t - slot0] : []));
      const plain = plainSlots(program, banks);
      const late = [...slots(({ control }) => control), ...slots(({ drain }) => drain)];
      const punctual = [...plain.waves, ...plain.drains];
      expect(late.length).toBe(punctual.length);
      expect(late.filter((slot, i) => slot < punctual[i]!)).toEqual([]);
      const [finish] = slots((cycle) => cycle.finish);
      expect(finish).toBeGreaterThanOrEqual(plain.finish);
      if (finish! > plain.finish) later++;
    }),
    { numRuns: 300 },
  );
  expect(later).toBeGreaterThan(30);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`sequencer.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([1, 2] as const)('%i psum banks: every start, every cycle', async (banks) => {
    const [wires, widths] = [coreWires(arch), coreWidths(arch)];
    const { below } = seeded(3, 'late');
    const programs = Array.from({ length: 30 }, (_, seed) =>
      run(randomProgram(seed), banks, () => (seed % 2) * below(3) * below(40)),
    );
    const vectors = programs.flatMap((cycles): InputRow[] => [
      { reset: 1 },
      ...cycles.map(({ record }) =>
        record
          ? { record_valid: 1, record: wires.joined([...recordWords(record, widths)].map(BigInt), 32) }
          : {},
      ),
    ]);
    const outputs = await cosimulate({
      top: 'sequencer',
      sources: ['src/blocks/sequencer/sequencer.sv'],
      parameters: { ROWS: 4, PSUM_BANKS: banks },
      vectors,
    });
    let at = 0;
    for (const cycles of programs) {
      at++; // the cycle of reset
      for (const [t, { control, load, drain, finish, running, ...rest }] of cycles.entries()) {
        const row = outputs[at++]!;
        const starts = BigInt(row.control!) >> BigInt(wires.control.width - 1) === 1n;
        const ahead = cycles.slice(0, t + 1).some((cycle) => cycle.load); // there has been a record
        const actual = {
          control: starts ? BigInt(row.control!) : 0n,
          entryAddress: ahead ? row.entry_address : 0,
          load: row.load_start
            ? {
                words: row.load_words,
                header: row.load_header,
                tap: row.load_tap,
                bank: row.load_bank,
              }
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
          control: wires.control.encode(control),
          entryAddress: ahead ? rest.entryAddress : 0,
          load,
          drain,
          started: control ? rest.started : undefined,
          ended: rest.ended,
          finish,
          running,
          recordReady: rest.recordReady,
        });
      }
    }
  });
});
