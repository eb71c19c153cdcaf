/** What `sense prune --epochs` adds to pruning: the same adaptive weight training, on a network that came with weights. */
import { fail } from '../../src/errors.ts';
import type { TrainingReport } from '../../src/train/training-report.ts';
import type { OptionSpec, OptionValues, Session } from '../command.ts';
import type { Model } from '../library.ts';
import { SETTING_OPTIONS } from './settings.ts';

export const DATASETS = 'mnist, fashion-mnist, cifar10 (under SENSE_DATA_DIR), glyphs';

const SHARED = [
  ...['exempt', 'batch', 'optimiser', 'lr', 'schedule', 'weight-decay', 'augment', 'label-smoothing'],
  ...['teacher', 'zeros-of', 'qat-epochs', 'threads', 'limit', 'preprocess'],
];
export const FINE_TUNING_OPTIONS: readonly OptionSpec[] = SETTING_OPTIONS.filter(({ flags }) =>
  SHARED.some((name) => flags.startsWith(`--${name} `)),
);

const camel = (flag: string): string => flag.replace(/-./g, (pair) => pair[1]!.toUpperCase());

/** The data set to fine-tune on, or undefined where pruning is all. */
export function fineTuningOf(options: OptionValues): string | undefined {
  const { epochs, data } = options;
  if (epochs === undefined) {
    const idle = ['data', ...SHARED].find((name) => options[camel(name)] !== undefined);
    if (idle !== undefined)
      fail(`--${idle} is for fine-tuning, and --epochs is missing`, {
        hint: '--epochs 2',
      });
    return undefined;
  }
  if (typeof data !== 'string')
    fail('--epochs fine-tunes, and --data, which says on what, is missing', { hint: '--data mnist' });
  return data;
}

export interface FineTuned {
  readonly model: Model;
  readonly report: TrainingReport;
  readonly zerosPerKernel: TrainingReport['zerosPerKernel'];
  readonly table: string;
}

export async function fineTuned(
  model: string,
  dataset: string,
  { options, session }: { readonly options: OptionValues; readonly session: Session },
): Promise<FineTuned> {
  const { runTraining } = await import('./run.ts');
  const { trainingTable } = await import('./table.ts');
  const { data: _, ...others } = options;
  const asked = { ...others, model, methods: ['one-shot', 'adaptive'] };
  const { outcome } = await runTraining({ dataset, options: asked }, session);
  const { report } = outcome;
  const table = trainingTable(report, { colour: session.io.colour });
  return { model: outcome.model, report, zerosPerKernel: report.zerosPerKernel, table };
}
