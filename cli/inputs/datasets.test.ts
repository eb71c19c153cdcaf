import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../test/data.ts';
import { c10Samples } from './c10.ts';
import { gunzip } from './gunzip.ts';
import { idxSamples } from './idx.ts';
import { findSources } from './sources.ts';

const LIMIT = 2 ** 29;
const idx = (...dims: number[]): Uint8Array => {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head.set([0, 0, 8, dims.length]);
  dims.forEach((n, i) => {
    head.writeUInt32BE(n, 4 + 4 * i);
  });
  return new Uint8Array(head);
};

describe('IDX', () => {
  const pictures = Uint8Array.from([...idx(2, 1, 3), 1, 2, 3, 4, 5, 6]);
  const labels = Uint8Array.from([...idx(2), 7, 9]);

  test('pictures and labels go together', () => {
    const samples = idxSamples(pictures, labels, 10);
    expect(samples.map(({ name, label }) => [name, label])).toEqual([
      ['#0', 7],
      ['#1', 9],
    ]);
    expect(samples[1]!.pixels).toEqual({ width: 3, height: 1, channels: 1, bytes: Uint8Array.of(4, 5, 6) });
    expect(idxSamples(pictures, undefined, 1)).toHaveLength(1);
  });

  test.each([
    ['cut off', pictures.slice(0, -1), labels, 'needs 6 values, it holds 5'],
    ['absurd sizes', idx(2 ** 31, 2 ** 31, 2 ** 31), labels, 'needs'],
    [
      'labels of another set',
      pictures,
      Uint8Array.from([...idx(1), 7]),
      '2 pictures, but the file of labels has 1',
    ],
    ['empty pictures', idx(0, 0, 0), labels, 'pictures of 0x0'],
  ])('%s is refused', (_, images, classes, sentence) => {
    expect(() => idxSamples(images, classes, 10)).toThrow(sentence);
  });
});

test('a gzip bomb and a cut gzip stop at the bound', () => {
  expect(() => gunzip(Uint8Array.of(0x1f, 0x8b, 8, 0, 0), 10)).toThrow('damaged or cut off');
  const zeros = gzipSync(new Uint8Array(16_384));
  expect(() => gunzip(zeros, 100)).toThrow('unpacks to more than 100 bytes');
});

test('c10: a wrong length or label is refused', () => {
  expect(() => c10Samples(new Uint8Array(100), 1)).toThrow('no whole number of labels');
  expect(() => c10Samples(new Uint8Array(0), 1)).toThrow('no whole number of labels');
  expect(() => c10Samples(new Uint8Array(3073).fill(10, 0, 1), 1)).toThrow('picture 0 has label 10');
});

describe.skipIf(!dataDir())('real data sets (data: datasets/)', () => {
  // MANIFEST.md: decoded to the CIFAR binary layout (label, then 3072 planar bytes) the SHA-256 is this.
  test('the CIFAR-10 test set decodes to the published pixels', () => {
    const samples = c10Samples(gunzip(readFileSync(dataFile('datasets/cifar10/test.c10.gz')), LIMIT), 10_000);
    const hash = createHash('sha256');
    const record = new Uint8Array(3073);
    for (const { label, pixels } of samples) {
      record[0] = label!;
      for (let c = 0, at = 1; c < 3; c++) for (let i = c; i < 3072; i += 3) record[at++] = pixels.bytes[i]!;
      hash.update(record);
    }
    expect(hash.digest('hex')).toBe('fbdc181eb36ce944cdef2bec662c5a9406c7a62a7efc665534b17ed47de7a468');
  });

  // stats/golden.json: mnist_t10k16_labels, cifar10_test16_labels.
  test('files are told apart by content, labels beside MNIST are found', () => {
    const mnist = findSources(dataFile('datasets/mnist/t10k-images-idx3-ubyte.gz'), 16);
    expect(mnist.sources.map(({ label }) => label)).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5]);
    expect(mnist.total).toBe(10_000);
    const cifar = findSources(dataFile('datasets/cifar10/test.c10.gz'), 16);
    expect(cifar.sources.map(({ label }) => label)).toEqual([9, 2, 4, 2, 6, 9, 3, 3, 6, 7, 0, 6, 4, 6, 5, 4]);
    expect(cifar.classes?.[9]).toBe('truck');
    const folder = findSources(dataFile('images/imagenet50'), 3);
    expect(folder.sources.map(({ name }) => name)[0]).toBe('n01440764_tench.JPEG');
    expect([folder.sources.length, folder.total]).toEqual([3, 50]);
    expect(folder.truth).toMatch(/imagenet50\.json$/);
  });
});
