/**
 * What zeros cost in accuracy, and what they gain on the machine: every rule at three shares of zeros, in fp32 and int8.
 *
 *   npx tsx experiments/accuracy.ts [--data <dir>] [--only lenet5|resnet20|vgg_small] [--seeds 1,2,3]
 *       [--methods dense,adaptive] [--rows <most>] [--machine]
 *
 * writes results/accuracy/<row>.json, one a network, method, share and seed, and from all of them results/accuracy.json.
 * --machine runs kept weights on the machine again, for when its model has moved.
 * A row that is there, made by the same recipe, is not made again: the experiment can be stopped at any time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Model } from '../src/model/model.ts';
import type { Dataset } from '../src/train/datasets/dataset.ts';
import { parametersOf, withParameters } from '../src/train/network.ts';
import { accuracyFigure } from './accuracy-figure.ts';
import { datasetOf, type Recipe, type Subject, subjects } from './accuracy-networks.ts';
import {
  finished,
  keepWeights,
  keptWeights,
  kernels,
  METHODS,
  type Method,
  onMachine,
  type Row,
  ruleOn,
  tested,
  trained,
  withInt8InSight,
} from './accuracy-rows.ts';

const SHARES = [0.5, 0.75, 0.625];
const FOLDER = 'results/accuracy';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.SENSE_DATA_DIR },
    only: { type: 'string' },
    seeds: { type: 'string' },
    rows: { type: 'string' },
    methods: { type: 'string' },
    machine: { type: 'boolean' },
  },
});

const { data } = options;
if (data === undefined) {
  console.error('✖ this experiment reads real data sets\n  try  --data <dir>, or set SENSE_DATA_DIR');
  process.exit(2);
}

interface Plan {
  readonly method: Method;
  readonly zeros: number;
}

const isDense = (method: Method): boolean => method === 'given' || method === 'dense';

/** What a rule asks is asked at every share; int8 in sight only at one half. */
const plansOf = ({ comesTrained }: Subject): readonly Plan[] =>
  METHODS.flatMap((method): Plan[] => {
    if (method === 'given') return comesTrained ? [{ method, zeros: 0 }] : [];
    if (method === 'dense') return [{ method, zeros: 0 }];
    return (method === 'adaptive-int8' ? [0.5] : SHARES).map((zeros) => ({ method, zeros }));
  });

const nameOf = ({ name }: Subject, { method, zeros }: Plan, seed: number): string =>
  `${name}-${method}${isDense(method) ? '' : `-${zeros}`}-s${seed}`;

/** One-shot pruning is of the dense network, whatever the share. */
const recipeAt = ({ recipe, shorter = recipe }: Subject, { method, zeros }: Plan): Recipe =>
  zeros > 0.5 && method !== 'one-shot' ? shorter : recipe;

/** What decides the weights, in words; how they are named in the cache hangs on it. */
const recipeOf = (subject: Subject, plan: Plan): string => {
  const { pictures, starts, before } = subject;
  return JSON.stringify({ train: pictures.train, starts, before, recipe: recipeAt(subject, plan) });
};

const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

function isDone(subject: Subject, plan: Plan, seed: number): boolean {
  const path = `${FOLDER}/${nameOf(subject, plan, seed)}.json`;
  if (!existsSync(path)) return false;
  const row = JSON.parse(readFileSync(path, 'utf8')) as Row;
  return row.recipe === recipeOf(subject, plan) && row.tested.int8 >= subject.pictures.int8;
}

const DENSE: Plan = { method: 'dense', zeros: 0 };

const cacheName = (subject: Subject, plan: Plan, run: string): string =>
  `${run}-${createHash('sha256').update(recipeOf(subject, plan)).digest('hex').slice(0, 8)}`;

/** One-shot pruning has the dense run's. */
function hasWeights(subject: Subject, { method, zeros }: Plan, seed: number): boolean {
  if (method === 'given') return true;
  const run = method === 'one-shot' ? DENSE : { method, zeros };
  return keptWeights(cacheName(subject, run, nameOf(subject, run, seed))) !== undefined;
}

/** The weights of a kept run, or a new run, which is then kept. */
function once(
  { subject, plan }: { readonly subject: Subject; readonly plan: Plan },
  run: string,
  start: Model,
  make: () => Model,
): { model: Model; seconds: number } {
  const name = cacheName(subject, plan, run);
  const kept = keptWeights(name);
  if (kept) return { model: withParameters(start, kept), seconds: 0 };
  const began = performance.now();
  const model = make();
  keepWeights(name, model, parametersOf(model));
  return { model, seconds: (performance.now() - began) / 1000 };
}

interface Setting {
  readonly seed: number;
  readonly dataset: Dataset;
}

/** The network of a row, as the machine gets it: trained now, or from kept weights. */
function networkOf(subject: Subject, plan: Plan, { seed, dataset }: Setting) {
  const { method, zeros } = plan;
  const name = nameOf(subject, plan, seed);
  const progress = (what: string) => (share: number, loss: number) => {
    if (Math.round(share * 1000) % 100 === 0)
      say(`  ${what}: ${Math.round(100 * share)} %, loss ${loss.toFixed(3)}`);
  };
  const given = subject.start(seed, data!);
  const on = ruleOn(method, zeros);
  if (method === 'given') return { network: finished(given, on), on, seconds: 0 };
  const { before } = subject;
  const teacher = subject.comesTrained && { teacher: given };
  const start = before
    ? once({ subject, plan: DENSE }, `${subject.name}-before-s${seed}`, given, () =>
        trained(given, dataset, { ...before, seed }, { say: progress('dense, before') }),
      ).model
    : given;
  const weights = (of: Plan) => {
    const run = nameOf(subject, of, seed);
    const recipe = { ...recipeAt(subject, of), ...teacher, seed };
    const rule = of.method === 'dense' ? {} : { on: ruleOn(of.method, of.zeros) };
    return once({ subject, plan: of }, run, start, () =>
      trained(start, dataset, recipe, { ...rule, say: progress(run) }),
    );
  };
  if (method === 'adaptive-int8') {
    const adaptive = finished(weights({ method: 'adaptive', zeros }).model, on);
    const last = once({ subject, plan }, name, adaptive, () =>
      withInt8InSight(
        adaptive,
        dataset,
        { ...subject.recipe, ...teacher, seed },
        { zeros, say: progress(name) },
      ),
    );
    return { network: last.model, on, seconds: last.seconds };
  }
  const { model, seconds } = weights(method === 'dense' || method === 'one-shot' ? DENSE : plan);
  return { network: finished(model, on), on, seconds };
}

function makeRow(subject: Subject, plan: Plan, setting: Setting): Row {
  const { method, zeros } = plan;
  const { network, on, seconds } = networkOf(subject, plan, setting);
  return {
    ...{ network: subject.name, method, rule: on.rule.kind, zeros, seed: setting.seed },
    ...{ recipe: recipeOf(subject, plan), kernels },
    ...tested(network, setting.dataset, { on, int8: subject.pictures.int8 }),
    ...onMachine(network, setting.dataset),
    trainSeconds: Math.round(seconds),
  };
}

/** A run whose loss stops being a number is a result too: it is said, and is no row. */
function unlessDiverged(name: string, make: () => Row): Row | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('diverged'))) throw error;
    say(`${name}: ${error.message}`);
    diverged.push(name);
    return undefined;
  }
}

/** One half first, seeds last: whatever is there when it is stopped can be read. */
const names = options.only?.split(',');
const seedsAsked = options.seeds?.split(',').map(Number);
const work = [1, 2, 3].flatMap((seed) =>
  SHARES.flatMap((share) =>
    subjects
      .filter(({ name }) => names?.includes(name) ?? true)
      .filter(({ seeds }) => seeds.includes(seed) && (seedsAsked?.includes(seed) ?? true))
      .flatMap((subject) =>
        plansOf(subject)
          .filter(({ method }) => options.methods?.split(',').includes(method) ?? true)
          .filter(({ method, zeros }) => (isDense(method) ? share === SHARES[0] : zeros === share))
          .map((plan) => ({ subject, plan, seed })),
      ),
  ),
);

mkdirSync(FOLDER, { recursive: true });
const todo = work.filter(({ subject, plan, seed }) => !isDone(subject, plan, seed));
const left = todo.slice(0, Number(options.rows ?? todo.length));
say(`${work.length - todo.length} rows are there, ${left.length} to make`);
const began = performance.now();
const datasets = new Map<string, Dataset>();
const diverged: string[] = [];
for (const [i, { subject, plan, seed }] of left.entries()) {
  const dataset = datasets.get(subject.name) ?? (await datasetOf(subject, data!));
  datasets.set(subject.name, dataset);
  const name = nameOf(subject, plan, seed);
  const row = unlessDiverged(name, () => makeRow(subject, plan, { seed, dataset }));
  if (row === undefined) continue;
  writeFileSync(`${FOLDER}/${name}.json`, `${JSON.stringify(row, null, 2)}\n`);
  const each = (performance.now() - began) / 1000 / (i + 1);
  say(
    `${name}: fp32 ${(100 * row.accuracy.fp32).toFixed(2)} %, int8 ${(100 * row.accuracy.int8).toFixed(2)} %, ` +
      `${Math.round(row.hardware.cycles)} cycles, exact ${row.exact}, ${row.trainSeconds} s; ` +
      `about ${Math.round((each * (left.length - i - 1)) / 60)} min left`,
  );
}

if (options.machine)
  for (const { subject, plan, seed } of work) {
    const path = `${FOLDER}/${nameOf(subject, plan, seed)}.json`;
    if (!isDone(subject, plan, seed)) continue;
    const dataset = datasets.get(subject.name) ?? (await datasetOf(subject, data!));
    datasets.set(subject.name, dataset);
    const row = JSON.parse(readFileSync(path, 'utf8')) as Row;
    if (!hasWeights(subject, plan, seed)) continue;
    const { network } = networkOf(subject, plan, { seed, dataset });
    writeFileSync(path, `${JSON.stringify({ ...row, ...onMachine(network, dataset) }, null, 2)}\n`);
    say(`${nameOf(subject, plan, seed)} on the machine again`);
  }

const rows = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Row)
  .sort((a, b) => nameSort(a).localeCompare(nameSort(b)));
writeFileSync(
  'results/accuracy.json',
  `${JSON.stringify({ schema: 'sense.accuracy/1', command: 'npx tsx experiments/accuracy.ts', rows }, null, 2)}\n`,
);
writeFileSync('results/accuracy.svg', `${accuracyFigure(rows)}\n`);
say(`results/accuracy.json: ${rows.length} rows`);
if (diverged.length > 0) say(`diverged, and so no row: ${diverged.join(', ')}`);

function nameSort({ network, seed, zeros, method }: Row): string {
  return `${network} ${zeros} ${METHODS.indexOf(method)} ${seed}`;
}
