/** Where a data set lies: under --data or SENSE_DATA_DIR, told apart by the files that are there, not by names of folders. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../src/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import { isCifar10 } from './cifar10.ts';
import { cacheFolder } from './download.ts';
import { isImageFolder } from './image-folder.ts';
import { isMnist } from './mnist.ts';

export type Form = 'idx' | 'cifar10' | 'images';

export interface Place {
  readonly form: Form;
  readonly folder: string;
}

/** Sets known by name, and what their folder must hold. */
const NAMED: ReadonlyMap<string, { readonly form: Form; readonly files: string }> = new Map([
  ['mnist', { form: 'idx', files: 'train-images-idx3-ubyte.gz and the other three IDX files' }],
  ['fashion-mnist', { form: 'idx', files: 'train-images-idx3-ubyte.gz and the other three IDX files' }],
  [
    'cifar10',
    { form: 'cifar10', files: 'data_batch_1.bin … test_batch.bin, or train_1.c10.gz … test.c10.gz' },
  ],
]);

export const DATASET_NAMES = ['glyphs', ...NAMED.keys()];

const isForm: Readonly<Record<Form, (folder: string) => boolean>> = {
  idx: isMnist,
  cifar10: isCifar10,
  images: isImageFolder,
};

export interface Where {
  /** --data, already a full path. */
  readonly given?: string | undefined;
  /** A path as the user means it. */
  readonly resolve: (path: string) => string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The folder of a set by its name, or of a path; anything else stops with what was looked for. */
export function placeOf(name: string, { given, resolve, env = process.env }: Where): Place {
  const named = NAMED.get(name);
  if (named === undefined) return folderPlace(name, resolve(name));
  const root = given ?? (env.SENSE_DATA_DIR ? resolve(env.SENSE_DATA_DIR) : undefined);
  const tried = root === undefined ? [] : [join(root, 'datasets', name), join(root, name), root];
  const cached = join(cacheFolder(env), name);
  const folder = [...tried, cached].find((path) => isFolder(path) && isForm[named.form](path));
  if (root === undefined && folder === undefined)
    return fail(`where is the data set ${name}?`, {
      hint: `--data <folder with ${named.files}>, or SENSE_DATA_DIR, or --download; sense train glyphs needs no files`,
    });
  return folder === undefined
    ? fail(`the data set ${name} is not there, or not all of it`, {
        at: tried.join(', '),
        hint: `a folder with ${named.files}, or --download`,
      })
    : { form: named.form, folder };
}

function folderPlace(name: string, folder: string): Place {
  if (!isFolder(folder))
    fail(`unknown data set "${name}"`, {
      hint: `${didYouMean(name, DATASET_NAMES)}, or a folder with a folder of pictures a class`,
    });
  const form = (['idx', 'cifar10', 'images'] as const).find((each) => isForm[each](folder));
  return form === undefined
    ? fail('the folder holds no data set we can read', {
        at: folder,
        hint: 'MNIST (IDX), CIFAR-10 (binary or c10), or a folder of pictures a class, perhaps under train/ and test/',
      })
    : { form, folder };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** Whether a set by this name lies nowhere yet, though it is one that is known. */
export function isMissing(name: string, where: Where): boolean {
  if (!NAMED.has(name)) return false;
  try {
    placeOf(name, where);
    return false;
  } catch {
    return true;
  }
}
