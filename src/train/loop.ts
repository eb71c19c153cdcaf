/**
 * The training loop, as a generator: it yields after every step, and can be stopped, asked for a checkpoint and taken up
 * again from one to the bit. With a rule for zeros it is adaptive weight training (Sun et al., arXiv:2202.00389):
 *
 *   0 ......... ramp ............... freeze ......... end
 *   zeros rise       zeros at target        masks fixed, pruned weights gone
 *   masks chosen anew every few steps, pruned weights learn on behind them
 */
import { fail } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { seeded } from '../tensor/random.ts';
import { mixPictures, writePicture } from './augment.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Dataset } from './datasets/dataset.ts';
import { accuracyOf } from './evaluation.ts';
import { fakeQuantised } from './fake-quantise.ts';
import { chooseMasks, pullPruned, zeroShares } from './masks.ts';
import { applyMasks, lossOf, normsIn, parametersOf, withParameters } from './network.ts';
import { average, follow, unfold } from './norms.ts';
import { adamW } from './optimiser/adamw.ts';
import { sgd } from './optimiser/sgd.ts';
import { checkFit, fingerprint, type Settled, settle, type TrainOptions } from './options.ts';
import { compile, type Program } from './program.ts';
import { rateFactor, zerosAt } from './schedule.ts';

export type { MaskRule } from './masks.ts';
export type { TrainOptions } from './options.ts';

export interface TrainProgress {
  readonly step: number; // done
  readonly steps: number; // in all
  readonly epoch: number; // at hand, from 1 up
  readonly epochs: number;
  readonly images: number; // trained on since the first step
  /** Means over the epoch so far, as the images were seen. */
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  /** The share of zeros asked for now. */
  readonly zeros: number;
  /** At the end of an epoch: the share of test images told rightly, with the masks on. */
  readonly testAccuracy?: number;
  /** By layer: the share of zeros its mask has now. */
  readonly zerosByLayer: () => ReadonlyMap<string, number>;
  /** Copies: it stays as it is when training goes on. */
  readonly checkpoint: () => Checkpoint;
}

export interface TrainResult {
  readonly model: Model;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly masks: ReadonlyMap<string, Uint8Array>; // by parameter name
  readonly testAccuracy: number;
}

/** Pull on pruned weights; Zhou et al. find 2e-4 best for ConvNets. */
const PULL = 2e-4;
/** Batches that batch norms' statistics are found from. */
const STATISTICS = 64;

export function* train(
  model: Model,
  dataset: Dataset,
  asked: TrainOptions,
  resumeFrom?: Checkpoint,
): Generator<TrainProgress, TrainResult> {
  const options = settle(asked);
  checkFit(model, dataset, options);
  const { epochs, batchSize, seed, zeros: target, freezeEpochs, rampEpochs, maskEvery, exempt } = options;
  const told = fingerprint(model, dataset, options);
  const random = seeded(seed, 'train');
  const parameters = parametersOf(model, { norms: options.norms });
  const norms = normsIn(parameters);
  const { compile: compileHere } = options.team ?? { compile };
  const program = compileHere(model, { batch: batchSize, norms, dropout: options.dropout });
  const images = feed(dataset, program, options);
  const optimiser = options.optimiser === 'sgd' ? sgd(options) : adamW(options);
  const moments = optimiser.moments(parameters);
  const teacher = options.teacher && teach(options.teacher, program);

  const stepsAnEpoch = Math.floor(dataset.train.count / batchSize);
  const steps = epochs * stepsAnEpoch;
  const freezeAt = Math.round((epochs - freezeEpochs) * stepsAnEpoch);
  let masks = new Map<string, Uint8Array>();
  let [step, lossSum, correct] = [0, 0, 0];
  if (resumeFrom) {
    if (resumeFrom.options !== told)
      fail('this checkpoint is of another run', {
        hint: `it was asked for ${resumeFrom.options}, now it is ${told}`,
      });
    checkWhole(resumeFrom, { parameters, moments });
    copyAll(resumeFrom.parameters, parameters);
    copyAll(resumeFrom.moments, moments);
    masks = new Map([...resumeFrom.masks].map(([name, mask]) => [name, mask.slice()]));
    ({ step, lossSum, correct } = resumeFrom);
  } else if (norms.size > 0) {
    program.load(parameters);
    unfold(parameters, average(program, images.plain(STATISTICS), { training: false }));
  }
  const remask = (zeros: number): void => {
    if (options.mask && target > 0)
      masks = chooseMasks(model, parameters, { rule: options.mask, exempt, zeros, previous: masks });
  };
  const load = (): void =>
    program.load(options.roundWeights ? fakeQuantised(model, parameters, masks) : parameters, masks);
  const freeze = (): void => {
    remask(target);
    applyMasks(parameters, masks);
    // What a pruned weight's momentum would do to it must go too.
    for (const [name, mask] of masks)
      for (const [moment, values] of moments)
        if (moment.endsWith(`/${name}`)) applyMasks(new Map([[name, values]]), new Map([[name, mask]]));
  };

  while (step < steps) {
    const epoch = Math.floor(step / stepsAnEpoch);
    const done = step / stepsAnEpoch;
    if (step % stepsAnEpoch === 0) [lossSum, correct] = [0, 0];
    const frozen = step >= freezeAt;
    const zeros = frozen ? target : zerosAt(target, done, Math.min(rampEpochs, epochs - freezeEpochs));
    if (step === freezeAt) freeze();
    else if (!frozen && step % maskEvery === 0) remask(zeros);

    const learningRate = options.learningRate * rateFactor(options.schedule, done, epochs);
    const drawn = random.stream(`step/${step}`);
    const targets = images.fill(step, drawn);
    load();
    program.forward({ training: true, random: drawn.stream('dropout') });
    const { labelSmoothing } = options;
    const result = lossOf(program, targets, { labelSmoothing, teacher: teacher?.() });
    program.backward();
    if (frozen) applyMasks(program.gradients, masks);
    else pullPruned(program.gradients, { parameters, masks, pull: PULL });
    step++;
    optimiser.update(parameters, program.gradients, moments, { learningRate, step });
    follow(parameters, program);
    lossSum += result.loss * batchSize;
    correct += result.correct;

    const seen = (((step - 1) % stepsAnEpoch) + 1) * batchSize;
    const endsEpoch = step % stepsAnEpoch === 0;
    if (endsEpoch) load();
    const now = { step, lossSum, correct, masks };
    yield {
      step,
      steps,
      epoch: epoch + 1,
      epochs,
      images: step * batchSize,
      loss: lossSum / seen,
      accuracy: correct / seen,
      learningRate,
      zeros,
      ...(endsEpoch && { testAccuracy: accuracyOf(program, dataset.test) }),
      zerosByLayer: () => zeroShares(now.masks),
      checkpoint: () => ({
        schema: 'sense.checkpoint/1',
        options: told,
        step: now.step,
        lossSum: now.lossSum,
        correct: now.correct,
        parameters: copies(parameters),
        moments: copies(moments),
        masks: copies(now.masks),
      }),
    };
  }

  if (freezeAt >= steps) freeze();
  load();
  if (norms.size > 0) {
    copyAll(average(program, images.plain(STATISTICS), { training: true }), parameters);
    load();
  }
  const testAccuracy = accuracyOf(program, dataset.test);
  const receipt = { madeBy: 'sense-cnn train', seed, note: `${epochs} epochs on ${dataset.name}` };
  const trained = withParameters(model, parameters);
  return { model: { ...trained, receipts: [receipt, ...model.receipts] }, parameters, masks, testAccuracy };
}

/** Puts batches into the program: the order of an epoch and what is drawn for a step follow from the seed alone. */
function feed({ train: split, shape }: Dataset, program: Program, { batchSize, seed, augment }: Settled) {
  const { input } = program;
  const size = input.length / batchSize;
  const labels = new Int32Array(batchSize);
  const stepsAnEpoch = Math.floor(split.count / batchSize);
  let order: { epoch: number; indices: Uint32Array } | undefined;
  const orderOf = (epoch: number): Uint32Array => {
    if (order?.epoch !== epoch) order = { epoch, indices: shuffled(split.count, seed, epoch) };
    return order.indices;
  };
  return {
    fill(step: number, random: ReturnType<typeof seeded>) {
      const indices = orderOf(Math.floor(step / stepsAnEpoch));
      const first = (step % stepsAnEpoch) * batchSize;
      for (let i = 0; i < batchSize; i++) {
        const at = indices[first + i]!;
        const out = input.subarray(i * size, (i + 1) * size);
        writePicture({ split, i: at, out }, augment, { shape, random });
        labels[i] = split.label(at);
      }
      const mixed = augment.mixup ? mixPictures(input, labels, { alpha: augment.mixup, random }) : undefined;
      return { labels, mixed };
    },
    /** The first batches in an order of their own, not augmented; false behind the last. */
    plain(most: number) {
      const indices = shuffled(split.count, seed, -1);
      const batches = Math.min(most, stepsAnEpoch);
      let batch = 0;
      return (): boolean => {
        if (batch === batches) return false;
        for (let i = 0; i < batchSize; i++) input.set(split.image(indices[batch * batchSize + i]!), i * size);
        batch++;
        return true;
      };
    },
  };
}

/** Fisher and Yates. */
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const { below } = seeded(seed, `train/order/${epoch}`);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [indices[i], indices[j]] = [indices[j]!, indices[i]!];
  }
  return indices;
}

/** A teacher's logits for whatever images the pupil's program holds. */
function teach(model: Model, pupil: Program): () => Float32Array {
  const parameters = parametersOf(model);
  const program = compile(model, { batch: pupil.batch, norms: new Set() });
  if (program.classes !== pupil.classes || program.input.length !== pupil.input.length)
    fail(`the teacher "${model.name}" has other images or classes than the network it is to teach`);
  program.load(parameters);
  return () => {
    program.input.set(pupil.input);
    program.forward({ training: false });
    return program.logits;
  };
}

/** A checkpoint that lacks something would let training go on from a mixture of old and new. */
function checkWhole(
  checkpoint: Checkpoint,
  wanted: Readonly<Record<'parameters' | 'moments', ReadonlyMap<string, Float32Array>>>,
): void {
  for (const group of ['parameters', 'moments'] as const)
    for (const name of wanted[group].keys())
      if (!checkpoint[group].has(name)) fail(`this checkpoint lacks "${name}" among its ${group}`);
}

function copyAll(from: ReadonlyMap<string, Float32Array>, to: ReadonlyMap<string, Float32Array>): void {
  for (const [name, values] of from) {
    const target = to.get(name);
    if (target?.length !== values.length)
      fail(`"${name}" has ${values.length} values here, ${target?.length ?? 'none'} in the network`);
    target.set(values);
  }
}

const copies = <A extends Float32Array | Uint8Array>(arrays: ReadonlyMap<string, A>): Map<string, A> =>
  new Map([...arrays].map(([name, values]) => [name, values.slice() as A]));
