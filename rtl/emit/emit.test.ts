/** An emitted layer stands alone: its testbench passes from a fresh folder, and fails on a tampered image. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { randomWork } from '../random-work.ts';
import { packageRoot } from '../root.ts';
import { missing, run, runWell } from '../tool.ts';
import { type EmittedLayer, emitLayer } from './layer.ts';

const arch: Arch = { ...zcu102, array: { rows: 2, cols: 2 } };
const work = randomWork(
  {
    ...{ C: 3, H: 9, W: 7, K: 5, R: 3, S: 3 },
    ...{ stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
  },
  { ifmap: 0.6, weight: 0.5 },
  { seed: 4, batch: 1, signed: false },
);

const folder = mkdtempSync(`${tmpdir()}/sense-emit-`);
afterAll(() => rmSync(folder, { recursive: true }));

function write({ files }: EmittedLayer): void {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

test('no file names a path of this machine, and every source is listed', async () => {
  const { files } = await emitLayer(work, arch, 'Random values.');
  for (const { path, content } of files) expect(content, path).not.toContain(packageRoot);
  const sources = files.filter(({ path }) => path.startsWith('rtl/')).map(({ path }) => path);
  expect(
    files
      .find(({ path }) => path === 'sources.f')!
      .content.trim()
      .split('\n'),
  ).toEqual(sources);
});

test('its waveform has the psums that the testbench expects of column 0', async () => {
  const { files, psums } = await emitLayer(work, arch, 'Random values.');
  const content = (path: string): string => files.find((file) => file.path === path)!.content;
  const expected = content('images/expected.hex').split('\n').slice(0, psums);
  const code = (wire: string): string =>
    content('trace.vcd').match(
      new RegExp(`column0 \\$end(?:\n\\$var.*)*?\n\\$var wire \\d+ (\\S+) ${wire} `),
    )![1]!;
  const [valid, psum] = [code('valid'), code('psum')];
  const left: string[] = [];
  let [bits, leaves] = ['', false];
  for (const line of content('trace.vcd').split('\n')) {
    if (line === `1${valid}`) leaves = true;
    if (line === `0${valid}`) leaves = false;
    const [, value, name] = line.match(/^b(\S+) (\S+)$/) ?? [];
    if (name === psum) bits = value!;
    if (line === '0!' && leaves) left.push(bits); // the falling edge: all of the cycle's changes are in
  }
  expect(left.map((value) => BigInt(`0b${value}`).toString(16).padStart(8, '0'))).toEqual(
    expected.map((word) => word.slice(8)),
  );
});

test('a layer that would run for hours is refused before it is computed', async () => {
  const conv = { ...work.conv, C: 256, H: 56, W: 56, K: 256 };
  const large = randomWork(conv, { ifmap: 1, weight: 1 }, { seed: 1, batch: 1, signed: false });
  await expect(emitLayer(large, arch, '')).rejects.toThrow('too many to emit');
});

const noVerilator = missing('verilator', 'make', 'g++');
describe.skipIf(noVerilator)(`testbench under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  const simulate = () => run(`${folder}/obj_dir/Vtestbench`, [], folder);

  beforeAll(async () => {
    write(await emitLayer(work, arch, 'Random values.'));
    const args = [
      '--binary',
      '--timing',
      '-O0',
      '--top-module',
      'testbench',
      '-f',
      'sources.f',
      'testbench.sv',
    ];
    await runWell('verilator', args, folder);
  }, 300_000);

  test('it passes', async () => {
    const { status, output } = await simulate();
    expect(output).toMatch(/PASS: \d+ psums, \d+ cycles/);
    expect(status).toBe(0);
  });

  test.each(['values', 'taps', 'entries', 'expected'])(
    'with a bit of %s.hex changed it fails',
    async (image) => {
      const file = join(folder, `images/${image}.hex`);
      const right = readFileSync(file, 'utf8');
      // The lowest digit of the first word that is not empty.
      const wrong = right.replace(/^(0*[1-9a-f][0-9a-f]*|0*[1-9a-f])$/m, (word) => {
        const last = Number.parseInt(word.at(-1)!, 16) ^ 1;
        return word.slice(0, -1) + last.toString(16);
      });
      expect(wrong).not.toBe(right);
      writeFileSync(file, wrong);
      const { status, output } = await simulate();
      writeFileSync(file, right);
      expect(output).toContain('FAIL');
      expect(status).not.toBe(0);
    },
  );
});
