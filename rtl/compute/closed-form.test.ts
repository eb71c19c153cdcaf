/** The closed form of rows that run ahead against the program of the same layer: record by record, entry by entry. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Arch } from '../../src/arch/arch.ts';
import { planLayer } from '../../src/plan/plan-layer.ts';
import { weightBanks } from '../../src/schedule/weight-banks.ts';
import { type ComputeProgram, computeProgram } from '../../src/sim/compute-program.ts';
import { type TimedWave, wavesTime } from '../../src/sim/machine/wave-time.ts';
import { seeded } from '../../src/tensor/random.ts';
import { anyFullyConnected, anyOrder } from '../random-work.ts';
import { closedFormCycles } from './closed-form.ts';
import { anyLayer } from './layers.ts';
import { anyArch } from './random-arch.ts';

const bits = (word: number): number => (word === 0 ? 0 : (word & 1) + bits(word >>> 1));

/** What each row of each wave has to do, as its entry says. */
const wavesOf = (program: ComputeProgram, { array: { rows }, pe }: Arch): readonly TimedWave[] =>
  program.waves.map(({ words, psums, place, endsTile, entry }) => ({
    slots: Array.from({ length: rows }, (_, r) => {
      const at = entry * rows + r;
      const each = Math.ceil(pe.psumDepth / 32);
      const bitmap = program.bitmaps.subarray(at * each, (at + 1) * each);
      return program.entryTaps[at]! * bitmap.reduce((sum, word) => sum + bits(word), 0);
    }),
    ...{ words, psumBank: place.psumBank, psums, endsTile },
  }));

test('any layer on any array, in any order of channels', () => {
  let stayed = 0;
  fc.assert(
    fc.property(fc.oneof(anyLayer, anyFullyConnected), anyArch, fc.option(fc.nat()), (drawn, arch, seed) => {
      const work = { ...drawn, order: seed === null ? undefined : anyOrder(drawn.conv.C, seeded(seed)) };
      const plan = planLayer(work, arch);
      const program = computeProgram(plan.operands, plan.schedule, { arch });
      const most = plan.counts.weights.flatMap(({ blocks }) => blocks.flatMap((block) => [...block.most]));
      const banks = weightBanks(Math.max(...most), arch.pe);
      const cycles = wavesTime(wavesOf(program, arch), banks, arch);
      expect(closedFormCycles(plan, arch)).toBe(cycles + arch.array.rows + arch.array.cols - 2);
      if (program.waves.some(({ endsTile, psums }) => endsTile && psums === 0)) stayed++;
    }),
    { numRuns: 300 },
  );
  expect(stayed).toBeGreaterThan(5);
});
