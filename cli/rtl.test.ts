/** `sense rtl`: what it says before any tool runs, and its JSON where the tools are installed. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { isInstalled, missing } from '../rtl/tool.ts';
import { freshFolder, sense } from '../test/fixtures/command-line.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('an action it lacks is refused, with those it has', async () => {
  const { code, err } = await sense(['rtl', 'emit'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('✖ sense rtl cannot "emit"');
  expect(err).toContain('try  sense rtl verify, sense rtl synth');
});

test('sizes are bounded', async () => {
  const { code, err } = await sense(['rtl', 'synth', '--rows', '65'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('--rows takes a whole number from 1 to 64, got "65"');
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
  }, 120_000);
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
  }, 180_000);
});
