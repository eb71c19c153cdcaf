import { expect, test } from 'vitest';
import { sampleReport } from '../../test/fixtures/report.ts';
import { machines } from '../accel/index.ts';
import { multipliers } from '../arch/arch.ts';
import { archLike, differencesOf, SAMENESS } from './compare-settings.ts';

const first = machines[0]!;

test.each(machines)(
  '$name built as the first machine differs from it in nothing that was asked for',
  (machine) => {
    const arch = archLike(machine, first.arch, SAMENESS);
    expect(multipliers(arch)).toBe(multipliers(first.arch));
    const { clock, wordBits, dram } = first.arch;
    // Ports are its own: the machines of the literature have none.
    expect(arch).toMatchObject({ clock, wordBits, dram: { ...dram, ports: machine.arch.dram.ports } });
    const reports = [first.arch, arch].map((built, i) =>
      sampleReport({ machine: `machine ${i}`, arch: { ...built } }),
    );
    const left = differencesOf(reports).map(({ setting }) => setting);
    for (const setting of ['multipliers', 'clock', 'ifmap word', 'weight word', 'ofmap word', 'DRAM'])
      expect(left).not.toContain(setting);
  },
);

test.each(machines)('$name keeps what is not asked for', (machine) => {
  expect(archLike(machine, first.arch, [])).toEqual(machine.arch);
  const { array, clock, ...rest } = archLike(machine, first.arch, ['macs', 'clock']);
  expect(array.rows * array.cols).toBe(multipliers(first.arch));
  expect(clock).toBe(first.arch.clock);
  const { array: _, clock: __, ...own } = machine.arch;
  expect(rest).toEqual(own);
});
