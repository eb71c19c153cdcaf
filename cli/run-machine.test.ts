/** `sense run --fidelity sim|rtl`: the machine beside the closed form, in the report, on the terminal and as wires. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { missing } from '../rtl/tool.ts';
import { freshFolder, sense } from '../test/fixtures/command-line.ts';
import type { Report } from './library.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const call = (...argv: string[]) => sense(['run', ...argv, '--quiet'], { cwd });
const small = ['lenet5', '--layers', 'conv1', '--rows', '4', '--cols', '4'];

test('a layer is stepped beside the closed form, and its wires are written', async () => {
  const { code, out, err } = await call(...small, '--fidelity', 'sim', '--vcd', 'wires.vcd', '--json');
  expect([code, err]).toEqual([0, '']);
  const { schema, fidelity, execution, layers, totals, arch } = JSON.parse(out) as Report;
  expect([schema, fidelity, arch.rows, arch.rearrange]).toEqual(['sense.report/1', 'sim', 4, 'static']);
  expect(execution).toMatchObject({ chains: 1, equal: true, costCycles: totals.cycles });
  expect(execution).not.toHaveProperty('siliconEqual');
  const [conv1] = execution!.layers;
  expect(conv1).toMatchObject({ name: 'conv1', costCycles: layers[0]!.cycles, equal: true });
  expect(conv1!.cycles).toBeGreaterThan(conv1!.costCycles);
  const { total, ...parts } = conv1!.dramBytes;
  expect(Object.values(parts).reduce((sum, bytes) => sum + bytes)).toBe(total);
  const wires = readFileSync(join(cwd, 'wires.vcd'), 'utf8');
  expect(wires).toMatch(/^\$timescale 1ps \$end\n/);
  for (const scope of ['control', 'read_bitmaps', 'read_weights3', 'row3', 'column3'])
    expect(wires).toContain(`$scope module ${scope} $end`);
  // A rising edge a cycle, from 0 on, and the end of the last one.
  expect(wires.match(/^1!$/gm)).toHaveLength(execution!.cycles + 1);
});

test('a trained network goes from a digit to its logits without the host', async () => {
  const digit = resolve('models/digits/3.png');
  const size = ['--rows', '8', '--cols', '8'];
  const { code, out } = await call(
    'lenet5-half',
    '--input',
    digit,
    '--rule',
    'none',
    '--fidelity',
    'sim',
    ...size,
  );
  expect(code).toBe(0);
  expect(out).toContain('fidelity sim');
  expect(out).toMatch(
    /sim +1 list of layers from DRAM to DRAM.*every ofmap equals the integers, bit for bit/,
  );
}, 300_000);

test('channels come by their work in the other inputs, in their own order where that is asked for', async () => {
  writeFileSync(join(cwd, 'own.json'), '{ "base": "zcu102", "rearrange": "none" }');
  const conv2 = async (limit: string, ...more: string[]) => {
    const { out } = await call(
      ...['lenet5-half', '--input', resolve('models/digits'), '--limit', limit, '--rule', 'none'],
      ...['--layers', 'conv2', '--rows', '8', '--cols', '8', '--fidelity', 'sim', '--json', ...more],
    );
    const { source, execution } = JSON.parse(out) as Report;
    expect(execution!.equal).toBe(true);
    return { order: source.order, cycles: execution!.cycles, costCycles: execution!.costCycles };
  };
  const [one, two, own] = [await conv2('1'), await conv2('2'), await conv2('2', '--arch', 'own.json')];
  expect([one.order, two.order, own.order]).toEqual(['taps', 'inputs', 'own']);
  expect(two.cycles).toBeLessThan(own.cycles);
  expect(two.costCycles).toBeLessThan(own.costCycles);
}, 300_000);

test('what takes hours to step is refused', async () => {
  const { code, err } = await call(
    'vgg16',
    '--fidelity',
    'sim',
    '--layers',
    'conv1_2',
    '--rows',
    '1',
    '--cols',
    '1',
  );
  expect(code).toBe(2);
  expect(err).toMatch(/✖ stepping these layers would take about \d+ hours\n {2}try {2}--layers/);
}, 300_000);

test('a layer that the machine cannot hold is named, with why and what to try', async () => {
  writeFileSync(join(cwd, 'deep.json'), '{ "base": "zcu102", "pe": { "psumDepth": 100 } }');
  const { code, err } = await call(...small, '--arch', 'deep.json', '--fidelity', 'sim');
  expect(code).toBe(2);
  expect(err).toMatch(
    /✖ bitmaps of 100 bits do not fill a beat.*\n.*psumDepth.*--layers leaves a layer out/s,
  );
});

test('a simulator of silicon that is not asked for is refused', async () => {
  const { code, err } = await call(...small, '--fidelity', 'sim', '--engine', 'npm');
  expect(code).toBe(2);
  expect(err).toMatch(/✖ --engine chooses what simulates the silicon.*\n {2}try {2}--fidelity rtl/);
});

const verilator = missing('verilator', 'make', 'g++');
describe.skipIf(verilator)(`in silicon ${verilator ?? ''}`, () => {
  test('leaves the same bytes in the same cycles', async () => {
    const { code, out } = await call(...small, '--fidelity', 'rtl', '--json');
    expect(code).toBe(0);
    const { fidelity, execution } = JSON.parse(out) as Report;
    expect([fidelity, execution!.equal, execution!.siliconEqual]).toEqual(['rtl', true, true]);
  }, 600_000);
});
