/** `sense compare` on machines built as a file has it, and with energies of a file: the real library on LeNet-5. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { zcu102 } from '../src/arch/presets/zcu102.ts';
import { freshFolder, sense } from '../test/fixtures/command-line.ts';
import type { Comparison } from './library.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const call = (...argv: string[]) => sense(['compare', 'lenet5', ...argv, '--json'], { cwd });
const compared = async (...argv: string[]): Promise<Comparison> => {
  const { code, out } = await call(...argv, '--quiet');
  expect(code).toBe(0);
  return JSON.parse(out) as Comparison;
};
const clocks = async (...argv: string[]): Promise<readonly number[]> =>
  (await compared('--arch', 'mine.json', ...argv)).reports.map(
    ({ arch }) => (arch as { clock: number }).clock,
  );

test('--arch builds the first machine, and --same the others after it', async () => {
  writeFileSync(join(cwd, 'mine.json'), JSON.stringify({ ...zcu102, name: 'mine', clock: 3e8 }));
  const two = ['--machines', 'sense,fesa'];
  expect(await clocks(...two)).toEqual([3e8, 2e8]);
  expect(await clocks(...two, '--same', 'clock')).toEqual([3e8, 3e8]);
  expect(await clocks('--machines', 'fesa,sense')).toEqual([3e8, 2e8]);
  const preset = await call('--machines', 'sense', '--arch', 'zcu103');
  expect([preset.code, preset.err]).toEqual([2, expect.stringContaining('zcu103')]);
});

const component = (name: string, actions: string): string => `    - {name: ${name}, actions: [${actions}]}\n`;
const ERT = `ERT:
  version: '0.4'
  tables:
${component('mac', '{name: compute, energy: 9}')}${component('glb', '{name: read, energy: 64}, {name: write, energy: 64}')}${component('DRAM', '{name: read, energy: 512}, {name: write, energy: 512}')}`;

test('--energy lays an Accelergy table over the energies of every machine, and says once what it lacks', async () => {
  writeFileSync(join(cwd, 'ert.yaml'), ERT);
  const two = ['--machines', 'sense,fesa', '--rule', 'none'];
  const energy = ['--energy', 'ert.yaml'];
  const [own, laid] = [await compared(...two), await compared(...two, ...energy)];
  expect(laid.differences.map(({ setting }) => setting)).not.toContain('energy table');
  for (const [i, { totals, arch }] of laid.reports.entries()) {
    expect(totals.energyPj.dram).toBe(8 * 8 * totals.dramBytes.total);
    expect(totals.energyPj.mac).toBeGreaterThan(own.reports[i]!.totals.energyPj.mac);
    expect((arch as { energy: string }).energy).toBe('ert');
  }
  const { err } = await call(...two, ...energy);
  const notes = err.match(/^note: .*$/gm) ?? [];
  expect(notes).toEqual([...new Set(notes)]);
  const mistaken = await call('--energy-map', 'mac=mac:compute/8');
  expect([mistaken.code, mistaken.err]).toEqual([
    2,
    expect.stringContaining('--energy-map without --energy'),
  ]);
});
