import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../src/onnx/import.ts';
import { dataDir, dataFile } from '../test/data.ts';
import { filesIn, freshFolder, sense } from '../test/fixtures/command-line.ts';
import type { Report } from './library.ts';

/** The commands on the real library, start to finish. */
const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const call = (...argv: string[]) => sense(argv, { cwd });
const reportOf = async (...argv: string[]): Promise<Report> => {
  const { out, err } = await call('run', ...argv, '--json', '--quiet');
  expect(err).toBe('');
  return JSON.parse(out) as Report;
};

describe('sense run lenet5', () => {
  test('totals add up over layers, DRAM never under its bound, the seed decides', async () => {
    const report = await reportOf('lenet5');
    const { totals, layers } = report;
    expect(layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'ip1', 'ip2']);
    expect(layers.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(totals.cycles);
    expect(layers.reduce((sum, { dramBytes }) => sum + dramBytes.total, 0)).toBe(totals.dramBytes.total);
    for (const { dramBytes } of layers) expect(dramBytes.total).toBeGreaterThanOrEqual(dramBytes.lowerBound);
    expect(await reportOf('lenet5')).toEqual(report);
    expect(await reportOf('lenet5', '--seed', '2')).not.toEqual(report);
  });

  test('only the layers that match', async () => {
    const { layers } = await reportOf('lenet5', '--layers', 'conv*');
    expect(layers.map(({ name }) => name)).toEqual(['conv1', 'conv2']);
    const { code, err } = await call('run', 'lenet5', '--layers', 'nothing*', '--quiet');
    expect([code, err]).toEqual([2, expect.stringContaining('no conv or fully connected layer is left')]);
  });

  test('every machine can be asked', async () => {
    const { code, out } = await call('compare', 'lenet5', '--json', '--quiet');
    expect(code).toBe(0);
    const machines = JSON.parse(out).reports.map(({ machine }: Report) => machine);
    expect(machines).toContain('sense');
    expect(machines.length).toBeGreaterThan(1);
  });
});

test('sense list names what there is', async () => {
  const { out } = await call('list');
  for (const name of ['vgg16', 'dense-ws', 'zcu102', 'equal-per-kernel', 'torchvision'])
    expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
});

describe.skipIf(!dataDir())('on real networks (data: models/, datasets/)', () => {
  const lenet = () => dataFile('models/lenet5_mnist.onnx');

  test('LeNet-5 reads digits in integers, and its own order of work is checked', async () => {
    const images = dataFile('datasets/mnist/t10k-images-idx3-ubyte.gz');
    const flags = ['--input', images, '--preprocess', 'lenet', '--limit', '8', '--verify', '--rule', 'none'];
    const { source, accuracy, predictions, rule } = await reportOf(lenet(), ...flags);
    expect(source).toMatchObject({ weights: 'file', activations: 'measured' });
    expect(rule.kind).toBe('none');
    expect(accuracy).toMatchObject({ images: 8, fp32Top1: 1 });
    expect(predictions).toHaveLength(8);
  });

  test('a cut model is refused, and no result is left', async () => {
    writeFileSync(join(cwd, 'cut.onnx'), readFileSync(lenet()).subarray(0, 1000));
    const { code, err } = await call('prune', 'cut.onnx', '-o', 'out.onnx', '--quiet');
    expect(code).toBe(2);
    expect(err).toMatch(/^✖ .*\n {2}at {3}.*cut\.onnx\n/);
    expect(filesIn(cwd)).toEqual(['cut.onnx']);
  });

  test('a pruned network is a network again, half of it zeros', async () => {
    const { code, out } = await call('prune', lenet(), '-o', 'half.onnx', '--json', '--quiet');
    expect(code).toBe(0);
    const { zerosPerKernel, layers } = JSON.parse(out);
    expect(zerosPerKernel.min).toBeGreaterThan(0.4);
    expect(layers).toHaveLength(4);
    const pruned = importOnnx(readFileSync(join(cwd, 'half.onnx')), { name: 'half' });
    expect(pruned.inputs).toEqual([{ name: 'input', shape: [1, 1, 28, 28] }]);
    const again = await call('prune', 'half.onnx', '-o', 'again.onnx', '--json', '--quiet');
    for (const { zeros, zerosBefore } of JSON.parse(again.out).layers) expect(zeros).toBe(zerosBefore);
  });
});
