import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../test/data.ts';
import { freshFolder } from '../../test/fixtures/command-line.ts';
import { CIFAR10_CLASSES } from '../inputs/c10.ts';
import { applyRecipe, presetFor, type Recipe } from '../inputs/recipe.ts';
import type { Progress } from '../progress.ts';
import { type DatasetOptions, loadDataset } from './index.ts';
import { picturesOf, splitOf } from './pictures.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
});

const notes: string[] = [];
const progress: Progress = { step: () => {}, note: (line) => notes.push(line), clear: () => {} };
const load = (name: string, options: Partial<DatasetOptions> = {}) =>
  loadDataset(name, {
    ...{ resolve: (path) => join(cwd, path), env: {}, shape: [1, 28, 28], limit: 1e6, seed: 1, progress },
    ...options,
  });

const idx = (shape: readonly number[], values: readonly number[]): Uint8Array => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => {
    head.writeUInt32BE(n, 4 + 4 * i);
  });
  return Uint8Array.from([...head, ...values]);
};
/** Pictures of 1 x 2 pixels, gzipped. */
const writeMnist = (folder: string, labels: readonly number[]): void => {
  mkdirSync(folder, { recursive: true });
  const values = labels.flatMap((_, i) => [0, 51 * (i % 6)]);
  for (const split of ['train', 't10k']) {
    writeFileSync(
      join(folder, `${split}-images-idx3-ubyte.gz`),
      gzipSync(idx([labels.length, 1, 2], values)),
    );
    writeFileSync(join(folder, `${split}-labels-idx1-ubyte.gz`), gzipSync(idx([labels.length], labels)));
  }
};

describe('MNIST', () => {
  test.each(['datasets/mnist', 'mnist', '.'])('is found under --data in %s', async (folder) => {
    writeMnist(join(cwd, folder), [3, 1, 4]);
    const { dataset, recipe, classes } = await load('mnist', { given: cwd, shape: [1, 1, 2], limit: 2 });
    expect(dataset).toMatchObject({ name: 'mnist', classes: 10, shape: [1, 1, 2] });
    expect([dataset.train.count, dataset.test.count]).toEqual([2, 2]);
    expect([...dataset.test.image(1)]).toEqual([0, Math.fround(51 / 255)]); // black stays 0
    expect([dataset.train.label(0), dataset.train.label(1)]).toEqual([3, 1]);
    expect([recipe.scale, classes?.[7]]).toEqual([1 / 255, '7']);
  });

  test('a folder of its files is known by what lies in it; SENSE_DATA_DIR works', async () => {
    writeMnist(join(cwd, 'letters'), [0]);
    expect((await load('./letters')).dataset.name).toBe('letters');
    writeMnist(join(cwd, 'all/datasets/fashion-mnist'), [9]);
    const env = { SENSE_DATA_DIR: 'all' };
    expect((await load('fashion-mnist', { env })).dataset.train.label(0)).toBe(9);
  });

  test('a label that no output stands for is refused, with the picture', async () => {
    writeMnist(cwd, [3, 12]);
    await expect(load('mnist', { given: cwd })).rejects.toThrow(
      'picture 1 has label 12, the data set has classes 0 to 9',
    );
  });

  test('a file cut off is refused, and named', async () => {
    writeMnist(cwd, [3, 1]);
    const path = join(cwd, 'train-images-idx3-ubyte.gz');
    writeFileSync(path, readFileSync(path).subarray(0, -9));
    await expect(load('mnist', { given: cwd })).rejects.toMatchObject({
      message: 'the gzipped file is damaged or cut off',
      at: path,
    });
  });
});

test('CIFAR-10 in its official binary form: batches in order, planes as they are', async () => {
  const record = (label: number, value: number) => [label, ...new Uint8Array(3072).fill(value)];
  const write = (name: string, ...records: number[][]) =>
    writeFileSync(join(cwd, name), Uint8Array.from(records.flat()));
  write('data_batch_1.bin', record(1, 0), record(2, 255));
  write('data_batch_2.bin', record(3, 128), record(4, 0));
  write('test_batch.bin', record(9, 255));
  const raw = { given: cwd, shape: [3, 32, 32] as const, preprocess: 'raw' };
  const { dataset, classes } = await load('cifar10', { ...raw, limit: 3 });
  expect([0, 1, 2].map(dataset.train.label)).toEqual([1, 2, 3]);
  expect([dataset.train.count, dataset.test.count]).toEqual([3, 1]);
  expect([...new Set(dataset.train.image(2))]).toEqual([128]);
  expect(classes).toEqual(CIFAR10_CLASSES);
  writeFileSync(join(cwd, 'test_batch.bin'), new Uint8Array(3072));
  await expect(load('cifar10', raw)).rejects.toMatchObject({
    message: 'not a CIFAR-10 file: 3072 bytes are no whole number of labels and 32x32 pictures',
    at: join(cwd, 'test_batch.bin'),
  });
});

describe('folders of pictures', () => {
  const picture = async (path: string, red: number): Promise<void> => {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    const create = { width: 6, height: 4, channels: 3 as const, background: { r: red, g: 0, b: 0 } };
    await sharp({ create }).png().toFile(join(cwd, path));
  };

  test('train and test folders, a class a folder, resized to the network', async () => {
    await picture('set/train/cat/1.png', 10);
    await picture('set/train/dog/1.png', 200);
    await picture('set/val/dog/9.png', 255);
    const { dataset, classes } = await load('./set', { shape: [3, 8, 8], preprocess: 'raw' });
    expect(classes).toEqual(['cat', 'dog']);
    expect(dataset).toMatchObject({ classes: 2, shape: [3, 8, 8] });
    expect([dataset.train.count, dataset.test.count, dataset.test.label(0)]).toEqual([2, 1, 1]);
    expect(dataset.train.image(1).slice(0, 64)).toEqual(new Float32Array(64).fill(200));
    await picture('set/val/bird/9.png', 255);
    await expect(load('./set')).rejects.toThrow('class "bird" is tested but never trained');
  });

  test('without them every fifth picture of a class is kept for testing', async () => {
    for (let i = 0; i < 6; i++) for (const name of ['a', 'b']) await picture(`flat/${name}/${i}.png`, i);
    notes.length = 0;
    const { dataset } = await load('./flat', { preprocess: 'raw' });
    expect([dataset.train.count, dataset.test.count]).toEqual([10, 2]);
    expect(notes).toEqual(['note: every fifth picture is kept for testing (2 of 12)']);
  });

  test('a picture that cannot be decoded is named', async () => {
    for (let i = 0; i < 5; i++) await picture(`broken/a/${i}.png`, i);
    writeFileSync(join(cwd, 'broken/a/2.png'), 'no picture');
    await expect(load('./broken')).rejects.toMatchObject({ at: join(cwd, 'broken/a/2.png') });
  });
});

describe('what is not there', () => {
  test.each([
    ['mnist', {}, 'where is the data set mnist?'],
    ['cifar10', { given: '/nowhere' }, 'the data set cifar10 is not there, or not all of it'],
    ['minst', {}, 'unknown data set "minst"'],
    ['.', {}, 'the folder holds no data set we can read'],
  ])('%s', async (name, options, sentence) => {
    await expect(load(name, options)).rejects.toMatchObject({
      message: sentence,
      hint: expect.stringMatching(/mnist|folder/i),
    });
  });

  test('glyphs take no preprocessing', async () => {
    await expect(load('glyphs', { preprocess: 'raw' })).rejects.toThrow('there is nothing to preprocess');
  });
});

test.each(['caffe', 'torchvision', 'lenet'])('pictures become what the recipe %s makes of them', (name) => {
  const pixels = (channels: 1 | 3) => ({
    ...{ width: 3, height: 2, channels },
    bytes: Uint8Array.from({ length: 6 * channels }, (_, i) => 13 * i),
  });
  for (const channels of [1, 3] as const) {
    const wanted = { width: 3, height: 2, channels, layout: 'NCHW' } as const;
    const preset = presetFor(name, wanted)!;
    const recipe: Recipe = channels === 3 ? preset : { ...preset, mean: [preset.mean[0]!], std: [1] };
    const split = splitOf(picturesOf([{ name: '#0', pixels: pixels(channels), label: 0 }]), recipe);
    expect(split.image(0)).toEqual(applyRecipe(recipe, pixels(channels), wanted));
  }
});

describe.skipIf(!dataDir())('real data sets (data: datasets/)', () => {
  test('MNIST: 60,000 and 10,000 digits', async () => {
    const { dataset } = await load('mnist', { given: dataFile('.') });
    expect([dataset.train.count, dataset.test.count]).toEqual([60_000, 10_000]);
    expect([0, 1, 2, 3].map(dataset.test.label)).toEqual([7, 2, 1, 0]); // stats/golden.json
    expect([0, 1, 2, 3].map(dataset.train.label)).toEqual([5, 0, 4, 1]); // LeCun's train-labels
  });

  test('CIFAR-10 in c10, as many as asked for', async () => {
    const options = { given: dataFile('.'), shape: [3, 32, 32] as const, limit: 16 };
    const { dataset } = await load('cifar10', options);
    expect([dataset.train.count, dataset.test.count]).toEqual([16, 16]);
    expect([0, 1, 2, 3].map(dataset.test.label)).toEqual([9, 2, 4, 2]); // stats/golden.json
  });
});
