/** The <dataset> of a command line, ready for a network: read, normalised as the network wants it, labels checked. */
import { basename, join } from 'node:path';
import { fail } from '../../src/errors.ts';
import type { Dataset } from '../../src/train/datasets/dataset.ts';
import { glyphNames, glyphs } from '../../src/train/datasets/glyphs.ts';
import { CIFAR10_CLASSES } from '../inputs/c10.ts';
import { presetFor, type Recipe } from '../inputs/recipe.ts';
import { checkRecipe, recipeNamed, type Sidecar } from '../inputs/recipe-file.ts';
import type { Progress } from '../progress.ts';
import { readCifar10 } from './cifar10.ts';
import { cacheFolder, download } from './download.ts';
import { readImageFolder } from './image-folder.ts';
import { readMnist } from './mnist.ts';
import { checkLabels, type Pictures, splitOf } from './pictures.ts';
import type { Sources } from './sources.ts';
import { type Form, isMissing, placeOf, type Where } from './where.ts';

export interface DatasetOptions extends Where {
  /** What the network takes: [C, H, W]. */
  readonly shape: readonly [number, number, number];
  readonly limit: number;
  /** --preprocess: the name of a preset or a JSON file. */
  readonly preprocess?: string | undefined;
  readonly sidecar?: Sidecar | undefined;
  readonly seed: number;
  readonly progress: Progress;
  /** Fetch a known set that is not there. */
  readonly download?: boolean | undefined;
  readonly sources?: Sources;
}

export interface LoadedDataset {
  readonly dataset: Dataset;
  /** How pictures become the network's input: goes into the sidecar of what is exported. */
  readonly recipe: Recipe;
  readonly classes: readonly string[];
}

export async function loadDataset(name: string, options: DatasetOptions): Promise<LoadedDataset> {
  const recipe = recipeFor(name, options);
  if (name === 'glyphs') {
    const dataset = limited(glyphs({ seed: options.seed }), options.limit);
    return { dataset, recipe, classes: glyphNames };
  }
  if (options.download && isMissing(name, options)) {
    const folder = join(cacheFolder(options.env), name);
    options.progress.note(`fetching ${name} into ${folder}`);
    const { progress, sources } = options;
    await download(name, { folder, progress, ...(sources && { sources }) });
  }
  const { form, folder } = placeOf(name, options);
  options.progress.step({ stage: `reading ${name}`, done: 0, total: 1 });
  const { train, test, classes } = await READERS[form](folder, options, recipe);
  const count = classes.length;
  for (const pictures of [train, test]) checkLabels(pictures, count);
  const dataset: Dataset = {
    name: /[\\/]/.test(name) ? basename(folder) : name,
    classes: count,
    shape: train.shape,
    train: splitOf(train, recipe),
    test: splitOf(test, recipe),
  };
  return { dataset, recipe, classes };
}

interface Read {
  readonly train: Pictures;
  readonly test: Pictures;
  readonly classes: readonly string[];
}

type Reader = (folder: string, options: DatasetOptions, recipe: Recipe) => Read | Promise<Read>;

const READERS: Readonly<Record<Form, Reader>> = {
  idx(folder, { limit }) {
    const [train, test] = [readMnist(folder, 'train', limit), readMnist(folder, 'test', limit)];
    return { train, test, classes: DIGITS };
  },
  cifar10(folder, { limit }) {
    const [train, test] = [readCifar10(folder, 'train', limit), readCifar10(folder, 'test', limit)];
    return { train, test, classes: CIFAR10_CLASSES };
  },
  images: (folder, { shape, limit, progress }, { resize }) =>
    readImageFolder(folder, { shape, resize, limit, progress }),
};

const DIGITS = Array.from({ length: 10 }, (_, i) => String(i));

/** Black stays 0 on grey sets: zeros are what a sparse machine lives on. Colour ones are centred, as is usual. */
function recipeFor(name: string, { shape, preprocess, sidecar, resolve }: DatasetOptions): Recipe {
  const [channels, height, width] = shape;
  const wanted = { channels, height, width, layout: 'NCHW' } as const;
  const beside = sidecar?.preprocess;
  if (name === 'glyphs' && preprocess !== undefined)
    fail('glyphs come as values from 0 to 1: there is nothing to preprocess', { at: '--preprocess' });
  if (preprocess !== undefined)
    return checkRecipe(
      recipeNamed(/\.json$/i.test(preprocess) ? resolve(preprocess) : preprocess, wanted),
      wanted,
      '--preprocess',
    );
  if (beside !== undefined && typeof beside !== 'string') return checkRecipe(beside, wanted, 'sidecar');
  return presetFor(beside ?? (channels === 3 ? 'torchvision' : 'unit'), wanted)!;
}

/** The first so many pictures of each split. */
const limited = (dataset: Dataset, limit: number): Dataset => ({
  ...dataset,
  train: { ...dataset.train, count: Math.min(limit, dataset.train.count) },
  test: { ...dataset.test, count: Math.min(limit, dataset.test.count) },
});
