/** docs/peers.md as a reader would follow it: its files written to a folder, its commands run there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshFolder, sense } from './fixtures/command-line.ts';

const page = readFileSync('docs/peers.md', 'utf8');
const blocks = [...page.matchAll(/```(\w+)(?: (\S+))?\n([\s\S]*?)```/g)];
const commands = blocks
  .filter(([, kind]) => kind === 'sh')
  .flatMap(([, , , text]) => text!.trim().split('\n'));
const cwd = freshFolder();
for (const [, , name, text] of blocks) if (name) writeFileSync(join(cwd, name), text!);
const call = (command: string) => sense(command.split(' ').slice(1), { cwd });

test('there is a command for each kind of file', () => {
  for (const name of ['.csv', '.cfg', 'conv2.yaml', 'workload.yaml', 'ERT.yaml', '--energy-map'])
    expect(commands.some((command) => command.includes(name))).toBe(true);
});

test.each(commands)('%s', async (command) => {
  const { code, out, err } = await call(command);
  expect(err).not.toContain('✖');
  expect(code).toBe(0);
  expect(out).toContain('cycles');
});

test('a Timeloop problem, a ZigZag operator and a SCALE-Sim row of one layer take the same cycles', async () => {
  const cycles = async (file: string, layer: string): Promise<number> => {
    const { out } = await call(`sense run ${file} --machine dense-ws --layers ${layer} --json --quiet`);
    return JSON.parse(out).layers[0].computeCycles;
  };
  // 14x14x6, 16 filters of 5x5: M = 100, K = 150, N = 16, so 5 folds of 2 * 32 + 32 + 100 - 2.
  const expected = 5 * (64 + 32 + 100 - 2);
  expect(await cycles('lenet.csv', 'Conv2')).toBe(expected);
  expect(await cycles('conv2.yaml', 'conv2')).toBe(expected);
  expect(await cycles('workload.yaml', 'Layer0')).toBe(expected);
});

test('a configuration picks the array of its dataflow, unless a machine is named; its notes are said', async () => {
  const report = async (...more: readonly string[]) => {
    const { out, err } = await call(['sense run lenet.csv --arch array.cfg --json', ...more].join(' '));
    return { ...JSON.parse(out), err };
  };
  const own = await report();
  expect(own).toMatchObject({
    machine: 'dense-ws',
    arch: { name: 'scale_example', rows: 32, buffers: { ifmapBytes: 65536 } },
  });
  expect(own.err).toContain('note: SCALE-Sim computes the bandwidth that never stalls');
  expect(await report('--machine dense-os')).toMatchObject({
    machine: 'dense-os',
    err: expect.stringContaining('the dataflow "ws" is that of dense-ws; the machine is dense-os'),
  });
});

test("an energy table's entries are the report's energies", async () => {
  const { out } = await call('sense run lenet.csv --machine dense-ws --energy ERT.yaml --json --quiet');
  const { arch, totals } = JSON.parse(out);
  expect(arch.energy).toBe('ERT');
  expect(totals.energyPj.mac).toBeCloseTo(0.21 * totals.macsIssued, 3);
  expect(totals.energyPj.dram).toBeCloseTo((512 / 64) * 8 * totals.dramBytes.total, 3);
});

test.each([
  ['a line of the file', 'bad.csv', 'L,M,N,K,\na,1,x,2,\n', ['N is "x"', 'bad.csv, line 2']],
  ['a table of energies as a model', 'ert2.yaml', 'ERT: {tables: []}\n', ['--energy']],
])('refusals say %s', async (_, name, text, sentences) => {
  writeFileSync(join(cwd, name), text);
  const { code, err } = await call(`sense run ${name}`);
  expect(code).toBe(2);
  for (const sentence of sentences) expect(err).toContain(sentence);
});
