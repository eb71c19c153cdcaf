/** What a training run is asked for, with what is usual filled in and what cannot be refused. */
import { fail } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { Augment } from './augment.ts';
import type { Dataset } from './datasets/dataset.ts';
import type { MaskRule } from './masks.ts';
import type { Team } from './parallel/team.ts';
import { trainablePart } from './program.ts';
import type { Schedule } from './schedule.ts';

export interface TrainOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly batchSize?: number; // 64
  readonly optimiser?: 'sgd' | 'adamw'; // sgd
  readonly learningRate?: number; // sgd 0.02, adamw 0.001
  readonly momentum?: number; // sgd: 0.9
  readonly nesterov?: boolean; // sgd: true
  readonly weightDecay?: number; // sgd 5e-4, adamw 0.01
  readonly schedule?: Schedule; // cosine, with a tenth of an epoch of warm-up
  readonly labelSmoothing?: number; // 0
  readonly augment?: Augment;
  readonly dropout?: ReadonlyMap<string, number>; // by layer: share dropped behind it
  /** Its answers are learnt beside the labels, in equal shares at temperature 4. */
  readonly teacher?: Model;
  /** Adaptive weight training: the share of zeros to reach, and the rule that says where. */
  readonly zeros?: number;
  readonly mask?: MaskRule;
  /** The share of zeros rises over the first so many epochs: half of all, unless said. */
  readonly rampEpochs?: number;
  /** Masks are fixed for the last so many epochs: a quarter of all, unless said. */
  readonly freezeEpochs?: number;
  /** Masks are chosen anew every so many steps: 16. */
  readonly maskEvery?: number;
  readonly exempt?: (layer: string) => boolean;
  /** Compute with weights rounded to int8, filter by filter, and learn behind the rounding. */
  readonly roundWeights?: boolean; // false
  /** Threads to train on; alone, unless said. */
  readonly team?: Pick<Team, 'threads' | 'compile'>;
  /** Affine layers behind convolutions are batch norms ('batch', unless said) or stay as they are ('fixed'). */
  readonly norms?: 'batch' | 'fixed';
}

export type Settled = Required<Omit<TrainOptions, 'teacher' | 'mask' | 'team'>> &
  Pick<TrainOptions, 'teacher' | 'mask' | 'team'>;

export function settle(options: TrainOptions): Settled {
  const { epochs, optimiser = 'sgd' } = options;
  const adam = optimiser === 'adamw';
  const settled: Settled = {
    batchSize: 64,
    optimiser,
    learningRate: adam ? 0.001 : 0.02,
    momentum: 0.9,
    nesterov: true,
    weightDecay: adam ? 0.01 : 5e-4,
    schedule: { kind: 'cosine', warmUpEpochs: 0.1 },
    labelSmoothing: 0,
    augment: {},
    dropout: new Map(),
    zeros: 0,
    rampEpochs: epochs / 2,
    freezeEpochs: epochs / 4,
    maskEvery: 16,
    exempt: () => false,
    roundWeights: false,
    norms: 'batch',
    ...options,
  };
  const inside = (name: keyof Settled, low: number, high: number): void => {
    const value = settled[name] as number;
    if (!(value >= low && value <= high))
      fail(`${name} is ${value}: expected a number from ${low} to ${high}`, { at: 'training options' });
  };
  const whole = (name: keyof Settled, low: number, high: number): void => {
    inside(name, low, high);
    if (!Number.isSafeInteger(settled[name]))
      fail(`${name} is ${settled[name]}: expected a whole number`, { at: 'training options' });
  };
  whole('epochs', 1, 10_000);
  whole('batchSize', 1, 4096);
  whole('maskEvery', 1, 2 ** 31);
  whole('seed', -(2 ** 53), 2 ** 53);
  inside('learningRate', 0, 1e6);
  inside('momentum', 0, 1);
  inside('weightDecay', 0, 1e6);
  inside('labelSmoothing', 0, 1);
  inside('zeros', 0, 0.999);
  inside('rampEpochs', 0, epochs);
  inside('freezeEpochs', 0, epochs);
  if (settled.zeros > 0 && !settled.mask)
    fail(`a share of ${settled.zeros} zeros, but no rule that says where`, { at: 'training options' });
  return settled;
}

/** What a checkpoint remembers of the options, so that training does not go on under others. */
export const fingerprint = (
  model: Model,
  dataset: Dataset,
  { teacher, mask, team, exempt: _, dropout, ...rest }: Settled,
): string =>
  JSON.stringify({
    model: model.name,
    dataset: [dataset.name, dataset.train.count],
    ...rest,
    dropout: [...dropout],
    teacher: teacher?.name,
    mask: mask !== undefined,
    threads: team?.threads, // another order of sums
  });

export function checkFit(
  model: Model,
  { name, shape, classes, train }: Dataset,
  { batchSize }: Settled,
): void {
  const { port, logits, layers } = trainablePart(model);
  if (port.shape.slice(1).join() !== shape.join())
    fail(`"${model.name}" reads images of [${port.shape.slice(1)}], those of ${name} are [${shape}]`, {
      hint: 'choose a network for images of this size',
    });
  const scores = layers.find((layer) => layer.name === logits)?.shape.reduce((n, d) => n * d, 1);
  if (scores !== undefined && scores < classes)
    fail(`"${model.name}" tells ${scores} classes apart, ${name} has ${classes}`, {
      hint: 'choose a network with as many outputs as there are classes',
    });
  if (train.count < batchSize)
    fail(`${name} has ${train.count} training images, fewer than one batch of ${batchSize}`, {
      hint: 'choose a smaller batch',
    });
}
