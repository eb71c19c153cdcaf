/** `sense rtl`: what it says before any tool runs, and its JSON where the tools are installed. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../rtl/root.ts';
import { isInstalled, missing } from '../rtl/tool.ts';
import { freshFolder, sense } from '../test/fixtures/command-line.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('an action it lacks is refused, with those it has', async () => {
  const { code, err } = await sense(['rtl', 'build'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('✖ sense rtl cannot "build"');
  expect(err).toContain('try  sense rtl verify, sense rtl synth, sense rtl emit');
});

test('sizes are bounded', async () => {
  const { code, err } = await sense(['rtl', 'synth', '--rows', '65'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('--rows takes a whole number from 1 to 64, got "65"');
});

describe('emit', () => {
  const argv = ['rtl', 'emit', 'lenet5', '--layer', 'conv1', '--rows', '4', '--cols', '4', '-o', 'lenet5'];

  test('writes a folder that stands alone, and the same one again', async () => {
    const { code, out, err } = await sense([...argv, '--json'], { cwd });
    expect(err).not.toContain('✖');
    expect(code).toBe(0);
    const { files, ...result } = JSON.parse(out);
    expect(result).toMatchObject({ schema: 'sense.rtl-emit/1', layer: 'conv1', rows: 4, cols: 4 });
    const read = () => files.map((file: string) => readFileSync(join(cwd, 'lenet5', file), 'utf8'));
    const before = read();
    expect(files).toEqual(
      expect.arrayContaining(['sources.f', 'testbench.sv', 'clock.xdc', 'vivado.tcl', 'README.md']),
    );
    expect(before.join('')).not.toContain(packageRoot);
    expect((await sense([...argv, '--force'], { cwd })).code).toBe(0);
    expect(read()).toEqual(before);
  });

  test('a folder that is not empty is left alone', async () => {
    const { code, err } = await sense(argv, { cwd });
    expect(code).toBe(2);
    expect(err).toContain('✖ the folder is not empty');
    expect(err).toContain('--force');
  });

  test.each([
    [['rtl', 'emit'], 'emit takes a model'],
    [['rtl', 'emit', 'lenet5'], '-o names the folder to write, and is missing'],
    [
      ['rtl', 'emit', 'lenet5', '--layer', 'conv3', '-o', 'x'],
      'no conv or fully connected layer is named "conv3"',
    ],
    [['rtl', 'emit', 'vgg16', '--layer', 'conv1_2', '-o', 'x'], 'too many to emit'],
    [['rtl', 'emit', 'alexnet', '--layer', 'fc7', '-o', 'x'], '16777216 weights are too many for a program'],
  ])('%j is refused: %s', async (argv, message) => {
    const { code, err } = await sense(argv, { cwd });
    expect(code).toBe(2);
    expect(err).toContain(`✖ ${message.startsWith('too') ? 'the layer takes' : message}`);
    expect(err).toContain(message);
  });
});

const verilator = missing('verilator', 'make', 'g++');

describe.skipIf(verilator)(`verify ${verilator ?? ''}`, () => {
  test('counts what it ran and what differs', async () => {
    const argv = ['rtl', 'verify', '--cases', '4', '--rows', '2', '--cols', '2', '--seed', '3', '--json'];
    const { code, out } = await sense(argv, { cwd });
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: 'sense.rtl/1', cases: 4, valueMismatches: 0, cycleMismatches: 0 },
      ...{ rows: 2, cols: 2, seed: 3 },
    });
    expect(code).toBe(0);
  }, 300_000);

  test.each([
    ['core', []],
    ['machine', ['--whole']],
  ])(
    'takes a layer of a network on the %s',
    async (_, flags) => {
      const size = ['--rows', '2', '--cols', '2'];
      const argv = ['rtl', 'verify', '--network', 'lenet5', '--layers', 'conv1', ...size, ...flags, '--json'];
      const { code, out } = await sense(argv, { cwd });
      const { layers, ...found } = JSON.parse(out);
      expect(found).toMatchObject({
        ...{ schema: 'sense.rtl/1', cases: 1, valueMismatches: 0, cycleMismatches: 0 },
        ...{ network: 'lenet5', whole: flags.length > 0 },
      });
      expect(layers.map(({ layer }: { layer: string }) => layer)).toEqual(['conv1']);
      for (const { cycles } of layers) expect(cycles).toBeGreaterThan(1000);
      expect(code).toBe(0);
    },
    900_000,
  );
});

test('layers that a network has not are refused', async () => {
  const argv = ['rtl', 'verify', '--network', 'lenet5', '--layers', 'conv9', '--engine', 'npm'];
  const { code, err } = await sense(argv, { cwd });
  expect(code).toBe(2);
  expect(err).toContain('no conv or fully connected layer is left to run');
});

test.skipIf(isInstalled('yosys'))('without Yosys, synth says what to install', async () => {
  const { code, err } = await sense(['rtl', 'synth'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('apt-get install yosys');
});

const yosys = missing('yosys');

describe.skipIf(yosys)(`synth ${yosys ?? ''}`, () => {
  test('counts a small machine, which fits', async () => {
    const { code, out } = await sense(['rtl', 'synth', '--rows', '2', '--cols', '2', '--json'], { cwd });
    const counted = JSON.parse(out);
    expect(counted).toMatchObject({ device: 'xczu9eg', fits: true, rows: 2, cols: 2 });
    // A multiplier a PE and one a feeder; the requantiser has its own.
    expect(counted.dsp).toBeGreaterThanOrEqual(4 + 2);
    for (const kind of ['lut', 'lutram', 'ff', 'bram36']) expect(counted[kind]).toBeGreaterThan(0);
    expect(code).toBe(0);
  }, 900_000);
});
