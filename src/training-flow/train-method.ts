/** One method trained to its end, resumable after every step. */
import type { Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import { prune } from '../prune/index.ts';
import { type TrainOptions, type TrainProgress, train } from '../train/loop.ts';
import type { EpochReport, Method } from '../train/training-report.ts';
import { anywhere, ruleOn, type TrainingRequest, type TrainingStep } from './request.ts';
import type { Finished, TrainingState } from './state.ts';

interface Running {
  readonly request: TrainingRequest;
  readonly state: TrainingState;
}

/** One method to its end; the state that a caller keeps after any step is where it goes on from. */
export function* trainMethod(
  method: Method,
  start: Model,
  { request, state: before }: Running,
): Generator<TrainingStep, TrainingState> {
  const { dataset, clock } = request;
  const options = { ...request.train, ...(method === 'dense' ? {} : pruningOptions(method, request)) };
  const resumed = before.running?.method === method ? before.running.checkpoint : undefined;
  const training = train(start, dataset, options, resumed);
  const isPatient = patience(request, method);
  let state: TrainingState = { ...before, running: undefined };
  for (let first = true; ; first = false) {
    const began = clock();
    const next = training.next();
    const milliseconds = clock() - began;
    if (next.done) return finish(state, { method, parameters: next.value.parameters });
    const { step, steps, loss, testAccuracy, images, checkpoint } = next.value;
    // Compiling and testing are no training: the first step and those that end an epoch are not timed.
    if (!first && testAccuracy === undefined)
      state = {
        ...state,
        seconds: state.seconds + milliseconds / 1000,
        images: state.images + options.batchSize,
      };
    const epoch = testAccuracy === undefined ? undefined : epochOf(method, { ...next.value, testAccuracy });
    if (epoch) state = { ...state, history: [...state.history, epoch] };
    const now = state;
    yield {
      ...{
        stage: method,
        done: images,
        total: steps * options.batchSize,
        epochs: options.epochs,
        loss,
        epoch,
      },
      state: () => ({ ...now, running: { method, checkpoint: checkpoint() } }),
    };
    if (epoch && step < steps && !isPatient(now.history))
      return finish(state, { method, parameters: checkpoint().parameters });
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
  { earlyStop, train: { epochs, freezeEpochs = epochs / 4 } }: TrainingRequest,
  method: Method,
): (history: readonly EpochReport[]) => boolean {
  if (earlyStop === undefined) return () => true;
  const from = method === 'dense' ? 1 : Math.ceil(epochs - freezeEpochs) + 1;
  return (history) => {
    const losses = history.filter((e) => e.method === method && e.epoch >= from).map((e) => e.loss);
    const best = losses.indexOf(Math.min(...losses));
    return losses.length - 1 - best < earlyStop;
  };
}

function pruningOptions(
  method: Method,
  request: TrainingRequest,
): Pick<TrainOptions, 'zeros' | 'mask' | 'exempt'> {
  const on = ruleOn(request, method === 'unstructured' ? anywhere(request.rule) : request.rule);
  return {
    zeros: on.rule.zeros,
    exempt: on.exempt,
    // While the share rises to its end the rule is the same, at a smaller share.
    mask: (_, weight, conv, zeros) => prune(weight, conv, { ...on.rule, zeros } satisfies SparsityRule),
  };
}
