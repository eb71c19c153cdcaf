/** What the accuracy experiment trains: networks, where each starts, and for how long. Change a number and rows are made anew. */
import { readFileSync } from 'node:fs';
import { loadDataset } from '../../cli/datasets/index.ts';
import type { Model } from '../../src/model/model.ts';
import { findZoo } from '../../src/model/zoo/index.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { seeded } from '../../src/tensor/random.ts';
import type { Dataset } from '../../src/train/datasets/dataset.ts';
import { initialise } from '../../src/train/initialise.ts';
import type { TrainOptions } from '../../src/train/loop.ts';

export type Recipe = Omit<TrainOptions, 'seed' | 'zeros' | 'mask' | 'exempt'> & {
  readonly batchSize: number;
};

export interface Subject {
  readonly name: string;
  readonly dataset: 'mnist' | 'cifar10';
  readonly seeds: readonly number[];
  /** Training pictures: the first so many. Tested on all 10,000 in fp32, on the first `int8` of them in integers. */
  readonly pictures: { readonly train: number; readonly int8: number };
  readonly start: (seed: number, dataDir: string) => Model;
  readonly starts: string; // in words
  /** It comes trained: it is tested as it came, and every method learns from its answers too. */
  readonly comesTrained: boolean;
  /** Trained dense so, once a seed, before any method begins. */
  readonly before?: Recipe;
  /** What every method then gets alike, dense included. */
  readonly recipe: Recipe;
  /** In its place above one half, where there is not the time. */
  readonly shorter?: Recipe;
}

const fromZoo =
  (name: string, norms?: boolean) =>
  (seed: number): Model =>
    initialise(findZoo(name).build(), seeded(seed, 'weights'), norms === undefined ? {} : { norms });

/**
 * Rates and ramps were chosen on training pictures: for ResNet-20 by runs on 10,000 of them, each tested on 10,000 others (adaptive
 * at one half, rates 0.02 .. 0.003). Trained weights need little time to find their masks. Test pictures chose nothing among
 * results, but recipes were given up after a whole run had been seen: LeNet-5 with 2 epochs; ResNet-20 at rate 0.01 without a
 * teacher, with one epoch at 0.005 (dense 91.48, adaptive at one half 90.54) and with three at 0.003 (91.54, 90.88).
 */
export const subjects: readonly Subject[] = [
  {
    name: 'lenet5',
    dataset: 'mnist',
    seeds: [1, 2, 3],
    pictures: { train: 30_000, int8: 10_000 },
    start: fromZoo('lenet5'),
    starts: 'random weights',
    comesTrained: false,
    recipe: { epochs: 3, batchSize: 64, learningRate: 0.05, weightDecay: 5e-4 },
  },
  {
    name: 'resnet20',
    dataset: 'cifar10',
    seeds: [1],
    pictures: { train: 40_000, int8: 2_000 },
    start: (_, dataDir) =>
      importOnnx(readFileSync(`${dataDir}/models/resnet20_cifar10.onnx`), { name: 'resnet20' }),
    starts: 'the pretrained weights of models/resnet20_cifar10.onnx, which also teach',
    comesTrained: true,
    recipe: {
      ...{ epochs: 6, batchSize: 64, learningRate: 0.005, weightDecay: 1e-4 },
      ...{ rampEpochs: 0.5, freezeEpochs: 5 },
      augment: { crop: 4, flip: true },
    },
    shorter: {
      ...{ epochs: 1, batchSize: 64, learningRate: 0.003, weightDecay: 1e-4 },
      ...{ rampEpochs: 0.2, freezeEpochs: 0.6 },
      augment: { crop: 4, flip: true },
    },
  },
  {
    name: 'vgg_small',
    dataset: 'cifar10',
    seeds: [1],
    pictures: { train: 20_000, int8: 2_000 },
    start: fromZoo('vgg_small', true),
    starts: 'random weights, trained dense first',
    comesTrained: false,
    before: {
      ...{ epochs: 6, batchSize: 64, learningRate: 0.05, weightDecay: 5e-4 },
      augment: { crop: 4, flip: true },
    },
    recipe: {
      ...{ epochs: 2, batchSize: 64, learningRate: 0.01, weightDecay: 5e-4 },
      ...{ rampEpochs: 0.4, freezeEpochs: 1.2 },
      augment: { crop: 4, flip: true },
    },
  },
];

const silent = { step: () => {}, note: () => {}, clear: () => {} };

export async function datasetOf({ dataset, pictures }: Subject, dataDir: string): Promise<Dataset> {
  const shape = dataset === 'mnist' ? ([1, 28, 28] as const) : ([3, 32, 32] as const);
  const loaded = await loadDataset(dataset, {
    ...{
      given: dataDir,
      resolve: (path: string) => path,
      shape,
      limit: 100_000_000,
      seed: 1,
      progress: silent,
    },
  });
  const { train } = loaded.dataset;
  return { ...loaded.dataset, train: { ...train, count: Math.min(train.count, pictures.train) } };
}
