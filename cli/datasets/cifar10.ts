/**
 * CIFAR-10: the official binary files (cs.toronto.edu/~kriz/cifar.html: a label byte, then 3072 bytes in planes, a
 * picture) and c10, the same packed without loss (cli/inputs/c10.ts).
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, within } from '../../src/errors.ts';
import { readBounded } from '../files.ts';
import { c10Samples } from '../inputs/c10.ts';
import { gunzip } from '../inputs/gunzip.ts';
import { type Pictures, picturesOf } from './pictures.ts';

const MAX_FILE = 2 ** 28;
const MAX_UNPACKED = 2 ** 29;
const SHAPE = [3, 32, 32] as const;
const PICTURE = 3 * 32 * 32;

const PATTERNS = {
  train: [/^train(_\d+)?\.c10(\.gz)?$/, /^data_batch_\d\.bin(\.gz)?$/],
  test: [/^test\.c10(\.gz)?$/, /^test_batch\.bin(\.gz)?$/],
} as const;

/** The files of a split; those of the first form that has any. */
function filesOf(folder: string, split: 'train' | 'test'): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const forms = PATTERNS[split].map((pattern) => names.filter((name) => pattern.test(name)));
  return (forms.find((form) => form.length > 0) ?? []).map((name) => join(folder, name));
}

export const isCifar10 = (folder: string): boolean =>
  filesOf(folder, 'train').length > 0 && filesOf(folder, 'test').length > 0;

export function readCifar10(folder: string, split: 'train' | 'test', limit: number): Pictures {
  const parts: Pictures[] = [];
  let left = limit;
  for (const path of filesOf(folder, split)) {
    if (left === 0) break;
    const part = within(path, () => {
      const bytes = gunzip(readBounded(path, MAX_FILE, 'data set'), MAX_UNPACKED);
      return /\.c10(\.gz)?$/.test(path) ? picturesOf(c10Samples(bytes, left)) : binary(bytes, left);
    });
    parts.push(part);
    left -= part.count;
  }
  return joined(parts);
}

function binary(file: Uint8Array, limit: number): Pictures {
  const total = file.length / (1 + PICTURE);
  if (total < 1 || !Number.isInteger(total))
    fail(`not a CIFAR-10 file: ${file.length} bytes are no whole number of labels and 32x32 pictures`, {
      hint: 'the file is cut off or damaged: fetch it again',
    });
  const count = Math.min(limit, total);
  const bytes = new Uint8Array(count * PICTURE);
  const labels = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * (1 + PICTURE);
    labels[i] = file[at]!;
    bytes.set(file.subarray(at + 1, at + 1 + PICTURE), i * PICTURE);
  }
  return { count, shape: SHAPE, bytes, labels };
}

function joined(parts: readonly Pictures[]): Pictures {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const bytes = new Uint8Array(count * PICTURE);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at * PICTURE);
    labels.set(part.labels, at);
    at += part.count;
  }
  return { count, shape: SHAPE, bytes, labels };
}
