/**
 * A folder of pictures, a sub-folder a class:
 *
 *   flowers/train/daisy/1.jpg   flowers/test/daisy/7.jpg      (val or valid will do for test)
 *   flowers/daisy/1.jpg                                       every fifth picture of a class is kept for testing
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../src/errors.ts';
import { readBounded } from '../files.ts';
import { decodePicture, PICTURE_NAME } from '../inputs/picture.ts';
import { applyRecipe, type Recipe } from '../inputs/recipe.ts';
import { withinFile } from '../inputs/sources.ts';
import type { Progress } from '../progress.ts';
import type { Pictures } from './pictures.ts';

const MAX_BYTES = 2 ** 30;
const MAX_FILE = 2 ** 28;
const AT_ONCE = 8; // sharp decodes on threads of its own
const TEST_EVERY = 5;

export interface FolderOptions {
  readonly shape: Pictures['shape'];
  readonly resize: Recipe['resize'];
  readonly limit: number;
  readonly progress: Progress;
}

interface Labelled {
  readonly path: string;
  readonly label: number;
  readonly place: number; // among the pictures of its class
}

const folders = (path: string): readonly string[] =>
  readdirSync(path)
    .filter((name) => statSync(join(path, name)).isDirectory())
    .sort();
const pictures = (path: string): readonly string[] =>
  readdirSync(path)
    .filter((name) => PICTURE_NAME.test(name))
    .sort()
    .map((name) => join(path, name));

/** Folders `train` and `test` (or val, valid), or undefined where classes lie straight in the folder. */
function splitFolders(folder: string): { readonly train: string; readonly test: string } | undefined {
  const train = join(folder, 'train');
  const test = ['test', 'val', 'valid'].map((name) => join(folder, name)).find((path) => existsSync(path));
  return existsSync(train) && test !== undefined ? { train, test } : undefined;
}

const classRoot = (folder: string): string => splitFolders(folder)?.train ?? folder;

export const isImageFolder = (folder: string): boolean => {
  const root = classRoot(folder);
  const [first] = folders(root);
  return first !== undefined && pictures(join(root, first)).length > 0;
};

export interface ImageFolder {
  readonly classes: readonly string[];
  readonly train: Pictures;
  readonly test: Pictures;
}

export async function readImageFolder(folder: string, options: FolderOptions): Promise<ImageFolder> {
  const split = splitFolders(folder);
  const classes = folders(classRoot(folder));
  const listed = (root: string): Labelled[] =>
    classes.flatMap((name, label) =>
      existsSync(join(root, name))
        ? pictures(join(root, name)).map((path, place) => ({ path, label, place }))
        : [],
    );
  const all = listed(classRoot(folder));
  if (split !== undefined)
    for (const name of folders(split.test))
      if (!classes.includes(name))
        fail(`class "${name}" is tested but never trained`, { at: split.test, hint: `classes: ${classes}` });
  const isTest = ({ place }: Labelled): boolean => place % TEST_EVERY === TEST_EVERY - 1;
  const [train, test] = split
    ? [all, listed(split.test)]
    : [all.filter((item) => !isTest(item)), all.filter(isTest)];
  if (split === undefined)
    options.progress.note(`note: every fifth picture is kept for testing (${test.length} of ${all.length})`);
  if (train.length === 0 || test.length === 0)
    fail(`${train.length} pictures to train on and ${test.length} to test on`, { at: folder });
  return {
    classes,
    train: await decodeAll(fewer(train, options.limit), options),
    test: await decodeAll(fewer(test, options.limit), options),
  };
}

/** Evenly over the list, so that every class keeps its share. */
const fewer = <T>(list: readonly T[], limit: number): readonly T[] =>
  list.length <= limit
    ? list
    : Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)]!);

async function decodeAll(
  files: readonly Labelled[],
  { shape, resize, progress }: FolderOptions,
): Promise<Pictures> {
  const [channels, height, width] = shape;
  const size = channels * height * width;
  if (files.length * size > MAX_BYTES)
    fail(`${files.length} pictures of ${size} bytes are more than ${MAX_BYTES} bytes`, {
      hint: `--limit ${Math.floor(MAX_BYTES / size)}`,
    });
  const recipe: Recipe = { resize, order: 'rgb', scale: 1, mean: [0], std: [1] };
  const bytes = new Uint8Array(files.length * size);
  const labels = new Uint16Array(files.length);
  let [next, done] = [0, 0];
  const worker = async (): Promise<void> => {
    while (next < files.length) {
      const i = next++;
      const { path, label } = files[i]!;
      const pixels = await withinFile(path, () => decodePicture(readBounded(path, MAX_FILE, 'picture')));
      bytes.set(applyRecipe(recipe, pixels, { channels, height, width, layout: 'NCHW' }), i * size);
      labels[i] = label;
      progress.step({ stage: 'decoding pictures', done: ++done, total: files.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { count: files.length, shape, bytes, labels };
}
