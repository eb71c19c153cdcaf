/** The network that comes with the package: found by name, obeys its rule, and reads digits drawn by us. */
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { machineNamed } from '../src/accel/index.ts';
import { ruleFor } from '../src/flow.ts';
import { importOnnx } from '../src/onnx/import.ts';
import type { Report } from '../src/report/report.ts';
import { accuracyFp32, accuracyInt8 } from '../src/training-flow/accuracy.ts';
import { audit } from '../src/training-flow/rule.ts';
import { dataDir, dataFile } from '../test/data.ts';
import { freshFolder, sense } from '../test/fixtures/command-line.ts';
import { loadDataset } from './datasets/index.ts';
import { SHIPPED, shippedModel } from './shipped.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const half = () => importOnnx(readFileSync(shippedModel('lenet5-half')!), { name: 'lenet5-half' });

test('every network that is promised is there, small, and says how it was made', () => {
  for (const { name } of SHIPPED) expect(readFileSync(shippedModel(name)!).length).toBeLessThan(2 ** 21);
  expect(shippedModel('lenet5')).toBeUndefined();
  expect(shippedModel('../package')).toBeUndefined();
  const told = readFileSync(shippedModel('lenet5-half')!).toString('latin1');
  expect(told).toContain('equal-per-kernel at 0.5 zeros, 5 epochs, seed 1');
});

test('kernels are equal at one half, exactly', () => {
  const machine = machineNamed('sense');
  const rule = ruleFor(machine, machine.arch, { kind: 'equal-per-kernel', zeros: 0.5 });
  expect(audit(half(), { rule, exempt: () => false }).exact).toBe(true);
});

describe('sense', () => {
  test('run lenet5-half reads ten drawn digits, and the machine computes what the plain convolution does', async () => {
    const argv = ['run', 'lenet5-half', '--input', resolve('models/digits'), '--rule', 'none', '--verify'];
    const { code, out, err } = await sense([...argv, '--json', '--quiet'], { cwd });
    expect([code, err]).toEqual([0, '']);
    const { predictions, verified } = JSON.parse(out) as Report;
    expect(verified).toBe(true);
    expect(predictions!.map(({ input }) => input)).toEqual(
      Array.from({ length: 10 }, (_, digit) => `${digit}.png`),
    );
    expect(predictions!.map(({ top }) => top[0]!.label)).toEqual([...'0123456789']);
  });

  test('list shows it', async () => {
    const { out } = await sense(['list', 'trained'], { cwd });
    expect(out).toContain('lenet5-half');
  });
});

test.skipIf(!dataDir())(
  'on 2,000 test digits it is right as often as models/README.md says of all (data: datasets/mnist)',
  async () => {
    const progress = { step: () => {}, note: () => {}, clear: () => {} };
    const { dataset } = await loadDataset('mnist', {
      ...{ given: dataFile('.'), resolve: (path: string) => path, shape: [1, 28, 28] as const },
      ...{ limit: 2000, seed: 1, progress },
    });
    expect(accuracyFp32(half(), dataset)).toBeGreaterThan(0.98);
    expect(accuracyInt8(half(), dataset)).toBeGreaterThan(0.98);
  },
);
