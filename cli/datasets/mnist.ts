/** MNIST and the sets in its clothes (Fashion-MNIST, KMNIST): four IDX files, gzipped or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { within } from '../../src/errors.ts';
import { readBounded } from '../files.ts';
import { gunzip } from '../inputs/gunzip.ts';
import { idxSamples } from '../inputs/idx.ts';
import { type Pictures, picturesOf } from './pictures.ts';

const MAX_FILE = 2 ** 28;
const MAX_UNPACKED = 2 ** 29;

/** As the official files are called; some copies write a dot before idx. */
const FILES = {
  train: ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  test: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
} as const;

export const MNIST_FILES = Object.values(FILES).flat();

const find = (folder: string, name: string): string | undefined =>
  [name, name.replace(/-idx/, '.idx')]
    .flatMap((base) => [join(folder, `${base}.gz`), join(folder, base)])
    .find((path) => existsSync(path));

export const isMnist = (folder: string): boolean =>
  MNIST_FILES.every((name) => find(folder, name) !== undefined);

export function readMnist(folder: string, split: 'train' | 'test', limit: number): Pictures {
  const [images, labels] = FILES[split].map((name) => {
    const path = find(folder, name)!;
    return { path, bytes: within(path, () => gunzip(readBounded(path, MAX_FILE, 'data set'), MAX_UNPACKED)) };
  });
  return within(images!.path, () => picturesOf(idxSamples(images!.bytes, labels!.bytes, limit)));
}
