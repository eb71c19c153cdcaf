/** `sense train` and `sense prune --epochs` in process, on the real library. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { importOnnx } from '../../src/onnx/import.ts';
import { decodeSafetensors } from '../../src/train/safetensors.ts';
import type { TrainingReport } from '../../src/train/training-report.ts';
import { dataDir, dataFile } from '../../test/data.ts';
import { filesIn, freshFolder, sense } from '../../test/fixtures/command-line.ts';
import { CHECKPOINT } from './checkpoint-file.ts';

const cwd = freshFolder();
const kept = freshFolder();
afterAll(() => {
  for (const folder of [cwd, kept]) rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
});
afterEach(() => void vi.unstubAllEnvs());
const call = (...argv: string[]) => sense(argv, { cwd });
/** Two epochs of 256 glyphs: what is learnt does not matter here. */
const SMALL = ['glyphs', '--model', 'lenet5', '--limit', '256', '--epochs', '2'];
const train = async (...argv: string[]): Promise<TrainingReport> => {
  const { code, out, err } = await call('train', ...argv, '--json', '--quiet');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as TrainingReport;
};

test('sense train glyphs --model lenet5 --json: over 97 %, masks exact, in less than a minute of computing', async () => {
  const began = process.cpuUsage();
  const report = await train('glyphs', '--model', 'lenet5');
  const { user, system } = process.cpuUsage(began);
  expect(report).toMatchObject({ schema: 'sense.train/1', model: 'lenet5', dataset: 'glyphs', exact: true });
  const { accuracy, accuracyInt8, zerosPerKernel } = report;
  expect(accuracy.adaptive).toBeGreaterThan(0.97);
  expect(accuracy.dense).toBeGreaterThan(0.97);
  expect(accuracy.adaptive).toBeGreaterThan(accuracy.oneShot!);
  expect(accuracyInt8.adaptive).toBeGreaterThan(0.965);
  // To within one of the 25 taps of lenet5's first kernels.
  expect(zerosPerKernel.min).toBeGreaterThanOrEqual(0.5 - 1 / 25);
  expect(zerosPerKernel.max).toBeLessThanOrEqual(0.5 + 1 / 25);
  expect(report.imagesPerSecond).toBeGreaterThan(0);
  expect((user + system) / 1e6).toBeLessThan(60);
}, 240_000);

describe('what is kept', () => {
  const out = join(kept, 'run');
  let report: TrainingReport;
  beforeAll(async () => {
    report = await train(
      ...SMALL,
      '--out',
      out,
      '--exempt',
      'first',
      '--methods',
      'dense,adaptive,unstructured',
    );
  });

  test('a folder with network, sidecar, weights, masks, snippet, figure, report and checkpoint', () => {
    expect(filesIn(out)).toEqual([
      ...['apply_masks.py', CHECKPOINT, 'labels.txt', 'masks.safetensors', 'model.onnx', 'model.safetensors'],
      ...['model.sense.json', 'training.json', 'training.svg'],
    ]);
    expect(JSON.parse(readFileSync(join(out, 'training.json'), 'utf8'))).toEqual(report);
    expect(report.history.map(({ method, epoch }) => `${method} ${epoch}`)).toEqual(
      ['dense', 'adaptive', 'unstructured'].flatMap((method) => [`${method} 1`, `${method} 2`]),
    );
    expect([report.accuracy.oneShot, report.accuracy.given]).toEqual([null, null]);
    expect(report.accuracy.unstructured).toBeGreaterThan(0);
  });

  test('the network is ONNX with the zeros it was trained to, and says where it comes from', () => {
    const model = importOnnx(readFileSync(join(out, 'model.onnx')), { name: 'model' });
    const tensors = decodeSafetensors(readFileSync(join(out, 'model.safetensors'))).tensors;
    const masks = decodeSafetensors(readFileSync(join(out, 'masks.safetensors')));
    expect(JSON.parse(masks.metadata.get('order')!)).toEqual(
      ['conv1', 'conv2', 'ip1', 'ip2'].map((n) => `${n}.weight`),
    );
    for (const { name, zeros, weights, exempt } of report.layers) {
      expect([name, zeros / weights]).toEqual([name, exempt ? 0 : expect.closeTo(0.5, 2)]);
      const { values, shape } = tensors.get(`${name}.weight`)!;
      const mask = masks.tensors.get(`${name}.weight`)!;
      expect(mask.shape).toEqual(shape);
      expect([...mask.values]).toEqual(Array.from(values, (w) => Number(w !== 0)));
      const layer = model.layers.find((l) => 'weight' in l && l.weight?.data.length === values.length);
      expect(layer && 'weight' in layer && layer.weight?.data).toEqual(values);
    }
    expect(report.layers[0]).toMatchObject({ name: 'conv1', exempt: true });
    expect(readFileSync(join(out, 'model.onnx')).toString('latin1')).toContain(
      'sense train: equal-per-kernel at 0.5 zeros, 2 epochs, seed 1',
    );
  });

  test('sense run takes it, and finds its zeros', async () => {
    const { code, out: said } = await call(
      'run',
      join(out, 'model.onnx'),
      '--rule',
      'none',
      '--json',
      '--quiet',
    );
    expect(code).toBe(0);
    const { layers } = JSON.parse(said);
    expect(layers.map((l: { density: { weight: number } }) => l.density.weight)).toEqual([
      ...[1, 0.5, 0.5, 0.5].map((d) => expect.closeTo(d, 1)),
    ]);
  });

  test('sense prune --epochs goes on from it: the rule holds, and the accuracy is told', async () => {
    const flags = [
      '-o',
      'half.onnx',
      '--data',
      'glyphs',
      '--limit',
      '256',
      '--epochs',
      '1',
      '--json',
      '--quiet',
    ];
    const { code, out: said, err } = await call('prune', join(out, 'model.onnx'), ...flags);
    expect([code, err]).toEqual([0, '']);
    const pruning = JSON.parse(said);
    expect(pruning).toMatchObject({
      schema: 'sense.prune/1',
      rule: { kind: 'equal-per-kernel', zeros: 0.5 },
    });
    expect(pruning.zerosPerKernel.min).toBeGreaterThanOrEqual(0.46);
    for (const key of ['given', 'oneShot', 'adaptive']) expect(pruning.accuracy[key]).toBeGreaterThan(0);
    expect(pruning.accuracy.dense).toBeNull();
    expect(importOnnx(readFileSync(join(cwd, 'half.onnx')), { name: 'half' }).layers.length).toBeGreaterThan(
      4,
    );
  });
});

test('killed and resumed, a run ends in the same bits', async () => {
  await train(...SMALL, '--seed', '7', '--out', 'whole');
  const bin = resolve('cli/main.ts');
  const script = `import(${JSON.stringify(bin)}).then(({ main }) => main(process.argv.slice(1)))`;
  const argv = ['train', ...SMALL, '--seed', '7', '--out', 'cut', '--quiet'];
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '-e', script, ...argv], {
    cwd,
  });
  const ended = new Promise((done) => child.once('close', done));
  const checkpoint = join(cwd, 'cut', CHECKPOINT);
  while (!existsSync(checkpoint) && child.exitCode === null) await new Promise((done) => setTimeout(done, 5));
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'it was killed, it did not end').toBe('SIGKILL');
  expect(existsSync(join(cwd, 'cut', 'model.onnx'))).toBe(false);

  const { code } = await call('train', 'glyphs', '--resume', 'cut', '--quiet');
  expect(code).toBe(0);
  for (const file of ['model.safetensors', 'masks.safetensors', 'model.onnx'])
    expect(readFileSync(join(cwd, 'cut', file)).equals(readFileSync(join(cwd, 'whole', file))), file).toBe(
      true,
    );
  const reportOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'training.json'), 'utf8'));
  expect({ ...reportOf('cut'), imagesPerSecond: 0 }).toEqual({ ...reportOf('whole'), imagesPerSecond: 0 });

  const other = await call('train', 'glyphs', '--resume', 'cut', '--epochs', '5', '--quiet');
  expect([other.code, other.err]).toEqual([
    2,
    expect.stringContaining('✖ the run to resume has epochs 2, not 5'),
  ]);
}, 120_000);

describe('the other options', () => {
  const all = [
    ...['--augment', 'crop:2,flip,mixup', '--label-smoothing', '0.1', '--dropout', '0.2'],
    ...['--schedule', 'step:1:0.1', '--optimiser', 'adamw', '--weight-decay', '0', '--qat-epochs', '1'],
    ...['--zeros-of', 'conv1=0,ip2=0.75'],
  ];

  test('each layer has its own share, the last epoch sees int8, and zeros hold exactly', async () => {
    const report = await train(...SMALL, ...all, '--methods', 'dense,adaptive');
    expect(report).toMatchObject({ exact: true, epochs: 2, qatEpochs: 1 });
    expect(report.history.map(({ method, epoch }) => `${method} ${epoch}`)).toEqual([
      ...['dense 1', 'dense 2', 'dense 3', 'adaptive 1', 'adaptive 2', 'adaptive 3'],
    ]);
    const shares = report.layers.map(({ name, zeros, weights }) => [name, zeros / weights]);
    expect(shares).toEqual([
      ['conv1', 0],
      ['conv2', expect.closeTo(0.5, 2)],
      ['ip1', 0.5],
      ['ip2', 0.75],
    ]);
    expect(report.layers.map(({ exempt }) => exempt)).toEqual([true, false, false, false]);
  });

  test('every word changes what is learnt', async () => {
    const losses = new Map<string, string>();
    const words = [[], ...[0, 2, 4, 6, 8].map((i) => all.slice(i, i + 2)), ['--zeros-of', 'conv2=0.75']];
    for (const extra of words) {
      const { history } = await train(...SMALL, ...extra, '--methods', 'adaptive');
      losses.set(extra.join(' '), history.map(({ loss }) => loss).join());
    }
    expect(new Set(losses.values()).size).toBe(words.length);
  });

  test('a teacher of the same size is learnt from, one of another is refused', async () => {
    await train(...SMALL, '--methods', 'dense', '--out', 'teacher');
    const alone = await train(...SMALL, '--methods', 'adaptive');
    const taught = await train(...SMALL, '--methods', 'adaptive', '--teacher', 'teacher/model.onnx');
    expect(taught.history).not.toEqual(alone.history);
    const { code, err } = await call('train', ...SMALL, '--teacher', 'absent.onnx', '--quiet');
    expect([code, err]).toEqual([2, expect.stringContaining('absent.onnx')]);
  });

  test.each(['column-block', 'n-of-m', 'magnitude'])('--rule %s holds exactly', async (rule) => {
    const report = await train(...SMALL, '--rule', rule, '--methods', 'one-shot,adaptive', '--zeros', '0.75');
    expect(report).toMatchObject({ exact: true, rule: { kind: rule, zeros: 0.75 } });
    const ip1 = report.layers.find(({ name }) => name === 'ip1')!;
    expect(ip1.zeros / ip1.weights).toBe(0.75);
  });
});

describe('what cannot be', () => {
  beforeEach(() => void vi.stubEnv('SENSE_DATA_DIR', undefined)); // whatever the tester has set

  test.each([
    [[...SMALL, '--augment', 'rotate'], '--augment takes crop, flip and mixup, got "rotate"'],
    [[...SMALL, '--zeros-of', 'conv9=0.5'], 'no conv or fully connected layer is named "conv9"'],
    [[...SMALL, '--dropout', 'conv9=0.5'], 'no layer is "conv9"'],
    [['mnist', '--model', 'lenet5'], 'where is the data set mnist?'],
    [['glyphs'], '--model says which network to train, and is missing'],
    [['glyphs', '--model', 'lenet'], 'unknown model "lenet"'],
    [['glyhps', '--model', 'lenet5'], 'unknown data set "glyhps"'],
    [['glyphs', '--model', 'resnet20'], 'the pictures of glyphs have shape [1,28,28]'],
    [[...SMALL, '--zeros', '1'], '--zeros takes a share of zeros'],
    [[...SMALL, '--zeros', '.5', '--sparsity', '.25'], 'say the same thing twice, and differ'],
    [
      [...SMALL, '--rule', 'none', '--zeros', '.5'],
      '--rule none prunes nothing, but 0.5 zeros are asked for',
    ],
    [[...SMALL, '--lr', '-1'], '--lr takes a number above 0, got "-1"'],
    [[...SMALL, '--methods', 'dense,magic'], '--methods takes dense, one-shot, adaptive, unstructured'],
    [[...SMALL, '--exempt', 'conv9'], 'no conv or fully connected layer is named "conv9"'],
    [[...SMALL, '--exempt', '*'], 'every layer is exempt from the rule'],
    [[...SMALL, '--zeros', '0.999'], 'leaves this layer no weight at all'],
    [[...SMALL, '--zeros', '0.0000001'], 'nothing would be pruned'],
    [[...SMALL, '--limit', '10'], 'fewer than one batch of 64'],
    [[...SMALL, '--resume', 'nowhere'], 'there is no checkpoint to resume from'],
    [[...SMALL, '--out', 'file.txt'], 'cannot make the folder for results: it is a file'],
  ])('%s', async (argv, sentence) => {
    writeFileSync(join(cwd, 'file.txt'), '');
    const { code, out, err } = await call('train', ...argv, '--quiet');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^✖ /);
    expect(err).toContain(sentence);
    if (!err.includes(' takes ')) expect(err).toContain('\n  try  ');
  });

  test('training that diverges stops, names the layer, and leaves the last good checkpoint', async () => {
    await train(...SMALL, '--methods', 'dense', '--out', 'run');
    const before = readFileSync(join(cwd, 'run', CHECKPOINT));
    const { code, err } = await call('train', ...SMALL, '--lr', '1000', '--out', 'run', '--quiet');
    expect(code).toBe(2);
    expect(err).toMatch(/✖ the loss is not a finite number: training has diverged\n {2}at {3}layer "\w+"/);
    expect(readFileSync(join(cwd, 'run', CHECKPOINT)).equals(before)).toBe(true);
  });

  test('prune: training words without --epochs, and --epochs without pictures', async () => {
    writeFileSync(join(cwd, 'a.onnx'), '');
    const lr = await call('prune', 'a.onnx', '-o', 'b.onnx', '--weight-decay', '0', '--quiet');
    expect(lr.err).toContain('✖ --weight-decay is for fine-tuning, and --epochs is missing');
    const data = await call('prune', 'a.onnx', '-o', 'b.onnx', '--epochs', '1', '--quiet');
    expect(data.err).toContain('✖ --epochs fine-tunes, and --data, which says on what, is missing');
  });
});

describe.skipIf(!dataDir())('on real data (data: models/, datasets/)', () => {
  test('LeNet-5 on 2,000 digits of MNIST keeps its accuracy at one half', async () => {
    const flags = [
      '--data',
      dataFile('.'),
      '--limit',
      '2000',
      '--epochs',
      '1',
      '--lr',
      '0.005',
      '--preprocess',
      'lenet',
    ];
    const model = dataFile('models/lenet5_mnist.onnx');
    const { accuracy, exact } = await train(
      'mnist',
      '--model',
      model,
      ...flags,
      '--methods',
      'one-shot,adaptive',
    );
    expect(exact).toBe(true);
    expect(accuracy.given).toBeGreaterThan(0.98);
    expect(accuracy.adaptive).toBeGreaterThan(accuracy.given! - 0.01);
  });

  test('every command of docs/training.md works, here on a few pictures', async () => {
    vi.stubEnv('SENSE_DATA_DIR', dataFile('.'));
    copyFileSync(dataFile('models/lenet5_mnist.onnx'), join(cwd, 'lenet5.onnx'));
    const shown = readFileSync('docs/training.md', 'utf8').match(/^sense .*$/gm)!;
    expect(shown.length).toBeGreaterThan(3);
    for (const line of shown) {
      const [, ...argv] = line.replace('<dir>', dataFile('.')).split(' ');
      const starts = /^sense (train|prune) /.test(line) && !line.includes('--resume');
      const { code, err } = await call(
        ...argv,
        '--quiet',
        ...(starts ? ['--limit', '128', '--epochs', '1'] : []),
      );
      expect([line, code, err]).toEqual([line, 0, '']);
    }
  });
});
