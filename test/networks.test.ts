/** The bars the product is held to, read from its own JSON: every zoo network, and every real network at hand. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compare, presets, type Report, run, zoo } from '../src/index.ts';
import { dataDir, dataFile } from './data.ts';
import { sense } from './fixtures/command-line.ts';

const addsUp = (report: Report): void => {
  const sum = (of: (layer: Report['layers'][number]) => number): number =>
    report.layers.reduce((a, l) => a + of(l), 0);
  expect(report.layers.length).toBeGreaterThan(0);
  expect(report.totals.cycles).toBe(sum((l) => l.cycles));
  expect(report.totals.macsEffectual).toBe(sum((l) => l.macsEffectual));
  expect(report.totals.dramBytes.total).toBe(sum((l) => l.dramBytes.total));
  expect(report.totals.energyPj.total / sum((l) => l.energyPj.total)).toBeCloseTo(1, 9);
  for (const { dramBytes, energyPj, utilization } of [report.totals, report.conv, ...report.layers]) {
    expect(dramBytes.total).toBe(dramBytes.ifmap + dramBytes.weight + dramBytes.ofmap);
    expect(dramBytes.total).toBeGreaterThanOrEqual(dramBytes.lowerBound);
    const { mac, pe, buffer, dram, static: idle, total } = energyPj;
    if (total > 0) expect((mac + pe + buffer + dram + idle) / total).toBeCloseTo(1, 9);
    expect(utilization).toBeLessThanOrEqual(1);
  }
};

const [zcu102] = presets;

describe('zoo networks', () => {
  test.each(zoo.map((entry) => entry.name))('%s adds up', (name) => addsUp(run(name)));

  test.each(['alexnet', 'googlenet', 'mobilenet_v1'])(
    '%s adds up on every machine',
    (name) => {
      for (const report of compare(name).reports) addsUp(report);
    },
    300_000,
  );

  // v2 and tvlsi, claim C11: images/s at 200 MHz. Held here conv only, DRAM time counted, one half of the weights zero.
  test.each([
    ['alexnet', 471],
    ['vgg16', 34],
    ['resnet50', 53],
    ['googlenet', 191],
  ] as const)('%s runs at %i images/s or more', (name, published) => {
    expect(run(name).conv.imagesPerSecond).toBeGreaterThanOrEqual(published);
  });

  test('cycles rise with density', () => {
    const cycles = [0.1, 0.3, 0.5, 0.7, 0.9, 1].map(
      (activations) => run('resnet20', { activations }).totals.cycles,
    );
    expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
    const kept = [0.75, 0.5, 0.25, 0].map(
      (zeros) => run('vgg16', { layers: 'conv3_*', rule: { kind: 'equal-per-kernel', zeros } }).totals.cycles,
    );
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  });

  test('without balance the same zeros run slower', () => {
    const cycles = (kind: 'equal-per-kernel' | 'magnitude'): number =>
      run('vgg16', { layers: 'conv3_*', rule: { kind, zeros: 0.5 } }).totals.cycles;
    expect(cycles('magnitude') / cycles('equal-per-kernel')).toBeGreaterThan(1.3);
  });

  test('rearranged channels run faster than channels as they come', () => {
    const arch = (rearrange: 'none' | 'static' | 'per-tile') =>
      run('vgg16', { layers: 'conv4_*', arch: { ...zcu102!, rearrange } }).conv.cycles;
    expect(arch('per-tile')).toBeLessThan(arch('static'));
    expect(arch('static')).toBeLessThan(arch('none'));
  });
});

/** Input and preprocessing each real network was trained with (the data's own notes). */
const REAL: readonly (readonly [model: string, input: string, preprocess: string])[] = [
  ['models/squeezenet1_1.onnx', 'images/imagenet50/n01440764_tench.JPEG', 'caffe'],
  ['models/squeezenet1_0_deepcompression.onnx', 'images/imagenet50/n01440764_tench.JPEG', 'caffe'],
  ['models/googlenet_bvlc.onnx', 'images/imagenet50/n01440764_tench.JPEG', 'caffe'],
  ['models/mobilenet_v1_0.25_128_fp32.onnx', 'images/imagenet50/n01440764_tench.JPEG', 'mobilenet'],
  ['models/mobilenet_v1_0.25_128_qdq.onnx', 'images/imagenet50/n01440764_tench.JPEG', 'mobilenet'],
  ['models/resnet20_cifar10.onnx', 'datasets/cifar10/test.c10.gz', 'torchvision'],
  ['models/lenet5_mnist.onnx', 'datasets/mnist/t10k-images-idx3-ubyte.gz', 'lenet'],
  ['models/lenet5_mnist_dns.onnx', 'datasets/mnist/t10k-images-idx3-ubyte.gz', 'lenet'],
];

describe.skipIf(!dataDir())('real networks (needs SENSE_DATA_DIR)', () => {
  test.each(REAL)(
    '%s runs in integers, to the bit of the plain convolution, on a real input',
    async (model, input, preprocess) => {
      const args = [
        'run',
        dataFile(model),
        '--input',
        dataFile(input),
        '--preprocess',
        preprocess,
        '--limit',
        '1',
        '--rule',
        'none',
        '--verify',
        '--json',
      ];
      const { code, out, err } = await sense(args, { cwd: '.' });
      expect(code, err).toBe(0);
      const report = JSON.parse(out) as Report;
      addsUp(report);
      expect(report.verified).toBe(true);
      expect(report.source).toMatchObject({ weights: 'file', activations: 'measured' });
      expect(report.predictions).toHaveLength(1);
      expect(report.accuracy!.top1Agreement).toBe(1);
    },
  );

  const others = ['models/onnx_topologies', 'models/onnx_with_weights'].flatMap((folder) =>
    (dataDir() ? readdirSync(dataFile(folder)) : [])
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => `${folder}/${file}`),
  );
  test.each(others)('%s runs on densities', async (model) => {
    const { code, out, err } = await sense(['run', dataFile(model), '--activations', '0.5', '--json'], {
      cwd: '.',
    });
    expect(code, err).toBe(0);
    addsUp(JSON.parse(out) as Report);
  });
});
