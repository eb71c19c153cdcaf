/** Runs what `sense train` and `sense prune --epochs` ask for: data set and network loaded, steps watched, checkpoints kept. */
import { setImmediate as turn } from 'node:timers/promises';
import { fail } from '../../src/errors.ts';
import { layerFilter } from '../../src/workload/densities.ts';
import type { OptionValues, Session } from '../command.ts';
import { fileOrName } from '../commands/run.ts';
import { at, machineOf, ruleFor, textOption } from '../commands/shared.ts';
import { type LoadedDataset, loadDataset } from '../datasets/index.ts';
import type { Training } from '../doors/training.ts';
import type { Library } from '../library.ts';
import { type LoadedModel, loadModel } from '../model-file.ts';
import { readCheckpoint, saveCheckpoint } from './checkpoint-file.ts';
import { HIDDEN } from './option-words.ts';
import { resumedSettings, SETTINGS, type Settings, saidIn, settingsOf } from './settings.ts';
import { watchTraining } from './watch.ts';

export interface Asked {
  readonly dataset: string;
  readonly options: OptionValues;
  /** Where checkpoints go; nowhere if absent. */
  readonly out?: string | undefined;
  readonly resume?: string | undefined;
}

type Outcome = ReturnType<Training['trainNetwork']> extends Generator<unknown, infer O> ? O : never;
type State = Parameters<Training['trainNetwork']>[1];

export interface TrainedHere extends LoadedDataset {
  readonly outcome: Outcome;
  readonly library: Library;
}

/** A checkpoint at most this often, besides the end of each epoch: an epoch of a large network can take an hour. */
const CHECKPOINT_MS = 60_000;

export async function runTraining(asked: Asked, session: Session): Promise<TrainedHere> {
  const { options, out, resume } = asked;
  const library = await session.library();
  const said = saidIn(asked.dataset, options);
  const training = await library.training();
  const state = resume === undefined ? undefined : training.decodeState(readCheckpoint(resume));
  const settings = state
    ? resumedSettings(keptSettings(state, resume!), said, resume!)
    : settingsOf(said, options.seed as number);
  const loaded = await loadModel(fileOrName(settings.model, session), library);
  const found = await dataFor(settings, loaded, { options, session });

  const machine = machineOf(library, settings.machine);
  const { threads } = settings;
  const team = threads > 1 ? await (await import('./threads.ts')).startTeam(threads) : undefined;
  const request = {
    ...{ model: loaded.model, dataset: found.dataset, machine },
    rule: ruleFor(machine, { rule: settings.rule, sparsity: settings.zeros }),
    ...{ methods: settings.methods, exempt: settings.exempt, asked: JSON.stringify(settings) },
    train: {
      ...trainOptions(settings),
      ...(team && { team }),
      dropout: dropoutOf(settings, loaded.model),
      ...(settings.teacher !== undefined && {
        teacher: (await loadModel(fileOrName(settings.teacher, session), library)).model,
      }),
    },
    ...{ zerosOf: settings.zerosOf, qatEpochs: settings.qatEpochs },
    earlyStop: settings.earlyStop,
    clock: () => performance.now(),
  };
  const watch = watchTraining(session.progress, { live: session.io.liveProgress });
  const steps = training.trainNetwork(request, state);
  let saved = Date.now();
  try {
    for (;;) {
      const next = steps.next();
      if (next.done) return { ...found, outcome: next.value, library };
      const step = next.value;
      watch(step);
      if (out !== undefined && step.state && (step.epoch || Date.now() - saved > CHECKPOINT_MS)) {
        keep(step.state(), out, { training, session });
        saved = Date.now();
      }
      await turn(); // Ctrl-C is heard between steps
    }
  } finally {
    team?.stop();
  }
}

/** A run of hours goes on without a checkpoint, and says so; one that has diverged leaves the last good one alone. */
function keep(
  state: NonNullable<State>,
  out: string,
  { training, session }: { readonly training: Training; readonly session: Session },
): void {
  const wrong = training.isSound(state)
    ? saveCheckpoint(out, training.encodeState(state))
    : 'the weights are no longer finite numbers; the last checkpoint is kept';
  if (wrong !== undefined) session.progress.note(`note: ${wrong}`);
}

/** What is not said is the engine's to choose. */
function trainOptions(settings: Settings) {
  const { epochs, seed, batch, optimiser, lr, weightDecay, schedule, augment, labelSmoothing } = settings;
  const { crop, flip, mixup } = augment;
  const given = {
    ...(lr !== undefined && { learningRate: lr }),
    ...(weightDecay !== undefined && { weightDecay }),
    ...(schedule !== undefined && { schedule: { ...schedule, warmUpEpochs: 0.1 } }),
    augment: {
      ...(crop !== undefined && { crop }),
      ...(flip !== undefined && { flip }),
      ...(mixup !== undefined && { mixup }),
    },
  };
  return { epochs, seed, batchSize: batch, optimiser, labelSmoothing, ...given };
}

/** By layer. A share without layers is for the fully connected ones but the last, where VGG and AlexNet had it. */
function dropoutOf({ dropout }: Settings, model: LoadedModel['model']): ReadonlyMap<string, number> {
  const names = model.layers.filter(({ op }) => op !== 'reshape').map(({ name }) => name);
  const hidden = model.layers.filter(({ op }) => op === 'fc').slice(0, -1);
  const rates = new Map<string, number>();
  for (const { layers, rate } of dropout) {
    const picked = layers === HIDDEN ? hidden.map(({ name }) => name) : names.filter(layerFilter(layers));
    if (picked.length === 0)
      fail(
        layers === HIDDEN ? 'the network has no hidden fully connected layer' : `no layer is "${layers}"`,
        {
          at: '--dropout',
          hint: `layers=share, a glob over: ${names.slice(0, 20).join(', ')}`,
        },
      );
    for (const name of picked) rates.set(name, rate);
  }
  return rates;
}

function keptSettings(state: NonNullable<State>, resume: string): Settings {
  const parsed = SETTINGS.safeParse(JSON.parse(state.asked));
  return parsed.success
    ? parsed.data
    : fail('the checkpoint was written by another version of sense', { at: resume, hint: 'start anew' });
}

function dataFor(
  { dataset, preprocess, limit, seed }: Settings,
  { model, sidecar }: LoadedModel,
  { options, session }: { readonly options: OptionValues; readonly session: Session },
): Promise<LoadedDataset> {
  const [only, ...others] = model.inputs;
  const [, C = 0, H = 0, W = 0] = only?.shape ?? [];
  if (others.length > 0 || only?.shape.length !== 4)
    fail('training needs a network with one input [N, C, H, W]', { at: model.name });
  const data = textOption(options, 'data');
  return loadDataset(dataset, {
    given: data === undefined ? undefined : at(session, data),
    resolve: (path) => at(session, path),
    ...{ shape: [C, H, W], limit, preprocess, sidecar: sidecar?.content, seed },
    progress: session.progress,
    download: options.download === true,
  });
}
