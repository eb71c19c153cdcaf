/** One phase of a method (its training, or the last steps with int8 in sight) to its end, resumable after every step. */
import { convLayers, type Model } from '../model/model.ts';
import { type TrainOptions, type TrainProgress, train } from '../train/loop.ts';
import { settle } from '../train/options.ts';
import type { EpochReport, Method } from '../train/training-report.ts';
import { calibrationOf } from './accuracy.ts';
import { highest, maskRule } from './mask-rule.ts';
import { besideInt8, withRoundedValues } from './quantisation-aware.ts';
import { anywhere, ruleOn, type TrainingRequest, type TrainingStep } from './request.ts';
import type { Finished, PhaseName, TrainingState } from './state.ts';

interface Running {
  readonly request: TrainingRequest;
  readonly state: TrainingState;
}

export interface Phase {
  readonly name: PhaseName;
  readonly method: Method;
  readonly start: Model;
  readonly options: TrainOptions & { readonly batchSize: number };
  /** Epochs of this method before it. */
  readonly epochsBefore: number;
}

/** The state that a caller keeps after any step is where it goes on from. */
export function* trainPhase(
  { name, method, start, options, epochsBefore }: Phase,
  { request, state: before }: Running,
): Generator<TrainingStep, TrainingState> {
  const { dataset, clock } = request;
  const resumed = before.running?.phase === name ? before.running.checkpoint : undefined;
  const training = train(start, dataset, options, resumed);
  const isPatient = epochsBefore > 0 ? () => true : patience(request.earlyStop, method, options);
  let state: TrainingState = { ...before, running: undefined };
  for (let first = true; ; first = false) {
    const began = clock();
    const next = training.next();
    const milliseconds = clock() - began;
    if (next.done) return finish(state, { phase: name, parameters: next.value.parameters });
    const { step, steps, loss, testAccuracy, images, checkpoint } = next.value;
    // Compiling and testing are no training: the first step and those that end an epoch are not timed.
    if (!first && testAccuracy === undefined)
      state = {
        ...state,
        seconds: state.seconds + milliseconds / 1000,
        images: state.images + options.batchSize,
      };
    const epoch =
      testAccuracy === undefined
        ? undefined
        : epochOf(method, { ...next.value, epoch: next.value.epoch + epochsBefore, testAccuracy });
    if (epoch) state = { ...state, history: [...state.history, epoch] };
    const now = state;
    yield {
      ...{
        stage: name,
        done: images,
        total: steps * options.batchSize,
        epochs: options.epochs + epochsBefore,
        loss,
        epoch,
      },
      state: () => ({ ...now, running: { phase: name, checkpoint: checkpoint() } }),
    };
    if (epoch && step < steps && !isPatient(now.history))
      return finish(state, { phase: name, parameters: checkpoint().parameters });
  }
}

const finish = (state: TrainingState, done: Finished): TrainingState => ({
  ...state,
  running: undefined,
  finished: [...state.finished, done],
});

const epochOf = (
  method: Method,
  { epoch, loss, accuracy, testAccuracy, zeros }: TrainProgress & { readonly testAccuracy: number },
): EpochReport => ({ method, epoch, loss, trainAccuracy: accuracy, testAccuracy, zeros });

/**
 * With `earlyStop`, whether to go on: the training loss was smaller within the last so many epochs. Epochs before the
 * masks are frozen do not count, for there the loss rises with the zeros.
 */
function patience(
  earlyStop: number | undefined,
  method: Method,
  { epochs, freezeEpochs = epochs / 4 }: TrainOptions,
): (history: readonly EpochReport[]) => boolean {
  if (earlyStop === undefined) return () => true;
  const from = method === 'dense' ? 1 : Math.ceil(epochs - freezeEpochs) + 1;
  return (history) => {
    const losses = history.filter((e) => e.method === method && e.epoch >= from).map((e) => e.loss);
    const best = losses.indexOf(Math.min(...losses));
    return losses.length - 1 - best < earlyStop;
  };
}

/** The method's own training, from where every method starts. */
export function wholeTraining(method: Method, start: Model, request: TrainingRequest): Phase {
  const pruning = method === 'dense' ? {} : { ...pace(request), ...pruningOptions(method, request) };
  return {
    name: method,
    method,
    start,
    options: { ...rate(request), ...pruning, ...request.train },
    epochsBefore: 0,
  };
}

/**
 * Trained weights need little time to find their masks, and all the time there is to live with them. ResNet-20 at one
 * half after 10,000 pictures, on training pictures held out: 94.2 % so, 93.7 % with the pace of a start from scratch.
 */
function pace({
  model,
  train: { epochs },
}: TrainingRequest): Pick<TrainOptions, 'rampEpochs' | 'freezeEpochs'> {
  return isTrained(model) ? { rampEpochs: 0.2 * epochs, freezeEpochs: 0.6 * epochs } : {};
}

const isTrained = (model: Model): boolean => convLayers(model).every((layer) => layer.weight);

/** The usual rate shakes trained weights: one epoch at half of it cost ResNet-20 a point, dense as it was. */
function rate({ model, train }: TrainingRequest): Pick<TrainOptions, 'learningRate'> {
  return isTrained(model) ? { learningRate: settle(train).learningRate / 4 } : {};
}

/** A trained, folded, pruned network goes on with its values and weights rounded to int8. */
export function lastSteps(method: Method, network: Model, request: TrainingRequest): Phase {
  const { epochs, batchSize } = request.train;
  const isPruned = method !== 'dense' && request.rule.kind !== 'none';
  const zeros = isPruned ? highest(ruleOn(request, request.rule), request.model) : 0;
  const options = besideInt8(request.train, { epochs: request.qatEpochs ?? 0, zeros });
  const start = withRoundedValues(network, calibrationOf(network, request.dataset));
  return {
    ...{ name: `${method}, int8 in sight`, method, start, epochsBefore: epochs },
    options: { ...options, batchSize },
  };
}

function pruningOptions(
  method: Method,
  request: TrainingRequest,
): Pick<TrainOptions, 'zeros' | 'mask' | 'exempt'> {
  const on = ruleOn(request, method === 'unstructured' ? anywhere(request.rule) : request.rule);
  return { zeros: highest(on, request.model), exempt: on.exempt, mask: maskRule(on, request.model) };
}
