/** What --input names, told apart by content: pictures and folders of them, .npy arrays, MNIST's IDX, CIFAR-10's c10. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fail, UserError, within } from '../../src/errors.ts';
import { readBounded } from '../files.ts';
import { whyNot } from '../io.ts';
import { CIFAR10_CLASSES, c10Samples } from './c10.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { idxSamples, isIdxImages } from './idx.ts';
import { isNpy, type Npy, readNpy } from './npy.ts';
import { decodePicture, PICTURE_NAME } from './picture.ts';
import type { Pixels } from './pixels.ts';

const MAX_FILE = 2 ** 31 - 1;
const MAX_UNPACKED = 2 ** 29;

/** One picture or array, read when its turn comes. */
export interface Source {
  readonly name: string;
  /** The file it comes from: names the place in messages. */
  readonly path: string;
  readonly label?: number | undefined;
  readonly read: () => Promise<Pixels | Npy>;
}

export interface Found {
  readonly sources: readonly Source[];
  /** How many there were before the limit. */
  readonly total: number;
  /** Class names that the data set itself has. */
  readonly classes?: readonly string[] | undefined;
  /** For folders: the file of right classes beside it. */
  readonly truth?: string | undefined;
}

export function findSources(path: string, limit: number): Found {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    return fail(`cannot read the input: ${whyNot(error)}`, { at: path });
  }
  return isFolder ? folder(path, limit) : within(path, () => file(path, limit));
}

function folder(path: string, limit: number): Found {
  const names = readdirSync(path)
    .filter((name) => PICTURE_NAME.test(name))
    .sort();
  if (names.length === 0) fail('the folder has no pictures (.png, .jpg, .jpeg, .webp)', { at: path });
  const truth = `${resolve(path)}.json`;
  return {
    sources: names.slice(0, limit).map((name) => pictureFile(join(path, name))),
    total: names.length,
    truth: existsSync(truth) ? truth : undefined,
  };
}

const pictureFile = (path: string, bytes?: Uint8Array): Source => ({
  name: basename(path),
  path,
  read: () => decodePicture(bytes ?? readBounded(path, MAX_FILE, 'picture')),
});

function file(path: string, limit: number): Found {
  if (PICTURE_NAME.test(path) && statSync(path).isFile()) return { sources: [pictureFile(path)], total: 1 };
  const packed = readBounded(path, MAX_FILE, 'input');
  if (packed.length === 0) fail('the input is an empty file');
  if (isNpy(packed)) return npyFile(path, packed);
  const bytes = isGzip(packed) ? gunzip(packed, MAX_UNPACKED) : packed;
  const name = basename(path);
  const samplesOf = (samples: readonly { name: string; pixels: Pixels; label?: number | undefined }[]) =>
    samples.map(
      ({ name: item, pixels, label }): Source => ({
        name: `${name}${item}`,
        path,
        label,
        read: async () => pixels,
      }),
    );
  if (isIdxImages(bytes)) {
    const samples = idxSamples(bytes, idxLabels(path), limit);
    return { sources: samplesOf(samples), total: new DataView(bytes.buffer, bytes.byteOffset).getUint32(4) };
  }
  if (/\.c10(\.gz)?$/i.test(name))
    return {
      sources: samplesOf(c10Samples(bytes, limit)),
      total: bytes.length / 3073,
      classes: CIFAR10_CLASSES,
    };
  if (isGzip(packed)) fail('the gzipped file is neither IDX (MNIST) nor c10 (CIFAR-10)');
  return { sources: [pictureFile(path, packed)], total: 1 };
}

const npyFile = (path: string, bytes: Uint8Array): Found => ({
  sources: [{ name: basename(path), path, read: async () => readNpy(bytes) }],
  total: 1,
});

/** t10k-images-idx3-ubyte.gz has its labels in t10k-labels-idx1-ubyte.gz. */
function idxLabels(path: string): Uint8Array | undefined {
  const beside = path.replace(/images([-.])idx3/, 'labels$1idx1');
  if (beside === path || !existsSync(beside)) return undefined;
  return within(beside, () => gunzip(readBounded(beside, MAX_FILE, 'file of labels'), MAX_UNPACKED));
}

/** Await `work`; a UserError that names no place yet gets this one. */
export async function withinFile<T>(at: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError && error.at === undefined)
      throw new UserError(error.message, { at, hint: error.hint });
    throw error;
  }
}
