/** What a training run is asked to do, from the options; kept in its checkpoint, so that resuming cannot mean something else. */
import { z } from 'zod';
import { fail } from '../../src/errors.ts';
import { METHODS } from '../../src/train/training-report.ts';
import type { OptionSpec, OptionValues } from '../command.ts';
import { RULES } from '../commands/shared.ts';
import { commaList, oneOf, whole, zerosShare } from '../options.ts';
import { AUGMENT, augmentation, dropout, SCHEDULE, schedule, share, zerosOf } from './option-words.ts';

/** Glyphs are easy, and what is first tried should be over in a minute. */
const EPOCHS = { glyphs: 3, others: 10 } as const;

export const SETTINGS = z.strictObject({
  dataset: z.string(),
  model: z.string(),
  machine: z.string().default('sense'),
  rule: z.enum(RULES).optional(), // the machine's own
  zeros: z.number().min(0).lt(1).default(0.5),
  methods: z.array(z.enum(METHODS)).min(1).default(['dense', 'one-shot', 'adaptive']),
  exempt: z.array(z.string()).default([]),
  epochs: z.int().min(1).max(10_000),
  batch: z.int().min(1).max(4096).default(64),
  optimiser: z.enum(['sgd', 'adamw']).default('sgd'),
  lr: z.number().positive().max(1000).optional(), // the optimiser's own
  schedule: SCHEDULE.optional(), // cosine
  augment: AUGMENT.default({}),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  dropout: z.array(z.strictObject({ layers: z.string(), rate: z.number().min(0).lt(1) })).default([]),
  teacher: z.string().optional(),
  zerosOf: z.array(z.strictObject({ layers: z.string(), zeros: z.number().min(0).lt(1) })).default([]),
  qatEpochs: z.int().min(0).max(10_000).default(0),
  threads: z.int().min(1).max(2).default(1),
  weightDecay: z.number().min(0).max(10).optional(),
  earlyStop: z.int().min(1).max(100_000).optional(),
  limit: z.int().min(1).max(100_000_000).default(100_000_000),
  preprocess: z.string().optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
});
export type Settings = z.output<typeof SETTINGS>;

/** A number above 0, as a learning rate is. */
const positive = (text: string, flag: string): number => {
  const n = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return n > 0 && n <= 1000
    ? n
    : fail(`${flag} takes a number above 0, got "${text}"`, { hint: `${flag} 0.02` });
};
const notNegative = (text: string, flag: string): number =>
  /^0+\.?0*$/.test(text) ? 0 : positive(text, flag);

const methods = (text: string, flag: string): readonly string[] => {
  const words = commaList(text);
  if (words.length === 0) fail(`${flag} names no method`, { hint: `${flag} ${METHODS.join(',')}` });
  return [...new Set(words.map((word) => oneOf(METHODS)(word, flag)))];
};

/** No fallbacks here: what is not said on a resumed run is as it was. */
export const SETTING_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--model <name|file.onnx>',
    says: 'a zoo network, trained from scratch, or a model to go on from',
  },
  { flags: '--machine <name>', says: 'the machine whose slices the rule speaks of (default: sense)' },
  { flags: '--rule <rule>', says: `${RULES.join(', ')} (default: the machine's own)`, parse: oneOf(RULES) },
  {
    flags: '--zeros <share>',
    says: 'share of zero weights, 0 to less than 1 (default: 0.5)',
    parse: zerosShare,
  },
  { flags: '--sparsity <share>', says: 'the same', parse: zerosShare },
  {
    flags: '--methods <list>',
    says: `${METHODS.join(',')} (default: dense,one-shot,adaptive)`,
    parse: methods,
  },
  {
    flags: '--exempt <layers>',
    says: 'layers without the rule: first, last or a glob, commas between',
    parse: commaList,
  },
  {
    flags: '--epochs <n>',
    says: 'times over the training pictures (default: 10; 3 on glyphs)',
    parse: whole(1, 10_000),
  },
  { flags: '--batch <n>', says: 'pictures a step (default: 64)', parse: whole(1, 4096) },
  { flags: '--optimiser <name>', says: 'sgd or adamw (default: sgd)', parse: oneOf(['sgd', 'adamw']) },
  {
    flags: '--lr <rate>',
    says: 'peak learning rate (default: 0.02 for sgd, 0.001 for adamw; a quarter of it from trained weights)',
    parse: positive,
  },
  {
    flags: '--schedule <name>',
    says: 'cosine, constant or step:<epoch>,<epoch>:<factor> (default: cosine)',
    parse: schedule,
  },
  { flags: '--weight-decay <rate>', says: 'default: 0.0005 for sgd, 0.01 for adamw', parse: notNegative },
  {
    flags: '--augment <list>',
    says: 'crop[:pixels], flip, mixup[:alpha], commas between (pixels: 4, alpha: 0.2)',
    parse: augmentation,
  },
  { flags: '--label-smoothing <share>', says: 'of each label, spread over all classes', parse: share },
  {
    flags: '--dropout <share|layers=share,…>',
    says: 'behind the fully connected layers but the last, or behind these layers',
    parse: dropout,
  },
  { flags: '--teacher <file.onnx>', says: 'a trained network whose answers are learnt beside the labels' },
  {
    flags: '--zeros-of <layers=share,…>',
    says: "other shares for single layers, globs over names: 'conv1=0,fc*=0.75'",
    parse: zerosOf,
  },
  {
    flags: '--qat-epochs <n>',
    says: 'last epochs with weights and values rounded as int8 rounds them (default: 0)',
    parse: whole(0, 10_000),
  },
  { flags: '--threads <n>', says: '1 or 2 (default: 1)', parse: whole(1, 2) },
  {
    flags: '--early-stop <n>',
    says: 'stop after so many epochs without a smaller training loss',
    parse: whole(1, 100_000),
  },
  {
    flags: '--limit <n>',
    says: 'at most so many pictures to train on, and to test on',
    parse: whole(1, 100_000_000),
  },
  { flags: '--preprocess <name|file.json>', says: 'how pictures become inputs; see sense list preprocess' },
];

/** What the user said, and nothing else. `--seed` always has a value, so only a resumed run needs telling apart. */
export function saidIn(dataset: string, options: OptionValues): Partial<Settings> {
  const { model, machine, rule, methods: list, exempt, epochs, batch, optimiser, lr } = options;
  const { weightDecay, earlyStop, limit, preprocess, sparsity, zeros = sparsity } = options;
  const { schedule, augment, labelSmoothing, dropout, teacher, zerosOf, qatEpochs, threads } = options;
  const said = { dataset, model, machine, rule, zeros, methods: list, exempt, epochs, batch, optimiser, lr };
  const more = { schedule, augment, labelSmoothing, dropout, teacher, zerosOf, qatEpochs, threads };
  const all = { ...said, ...more, weightDecay, earlyStop, limit, preprocess };
  if (options.zeros !== undefined && sparsity !== undefined && options.zeros !== sparsity)
    fail(`--zeros ${options.zeros} and --sparsity ${sparsity} say the same thing twice, and differ`, {
      hint: 'leave one of them out',
    });
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
}

export function settingsOf(said: Partial<Settings>, seed: number): Settings {
  if (said.model === undefined)
    fail('--model says which network to train, and is missing', {
      hint: '--model lenet5, or --model net.onnx',
    });
  if (said.rule === 'none' && (said.zeros ?? 0) > 0)
    fail(`--rule none prunes nothing, but ${said.zeros} zeros are asked for`, {
      hint: `--rule ${RULES.slice(1).join(', --rule ')}`,
    });
  const epochs = said.epochs ?? (said.dataset === 'glyphs' ? EPOCHS.glyphs : EPOCHS.others);
  return SETTINGS.parse({ ...said, epochs, ...(said.rule === 'none' ? { zeros: 0 } : {}), seed });
}

/** A resumed run goes on as it began; saying otherwise is refused, not obeyed by half. */
export function resumedSettings(kept: Settings, said: Partial<Settings>, at: string): Settings {
  for (const [name, value] of Object.entries(said)) {
    const before = kept[name as keyof Settings];
    if (JSON.stringify(before) !== JSON.stringify(value))
      fail(
        `the run to resume has ${name} ${JSON.stringify(before) ?? 'unset'}, not ${JSON.stringify(value)}`,
        {
          at,
          hint: 'leave the option out, or start a new run with --out another-folder',
        },
      );
  }
  return kept;
}
