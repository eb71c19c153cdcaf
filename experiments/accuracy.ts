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
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Dataset } from '../src/train/datasets/dataset.ts';
import { accuracyFigure } from './accuracy/figure.ts';
import { datasetOf, type Subject } from './accuracy/networks.ts';
import { nameOf, planned, recipeOf, type Work } from './accuracy/plans.ts';
import { hasWeights, networkOf } from './accuracy/row-networks.ts';
import { kernels, METHODS, onMachine, type Row, tested } from './accuracy/rows.ts';

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

const { data = '' } = options;
if (data === '') {
  console.error('✖ this experiment reads real data sets\n  try  --data <dir>, or set SENSE_DATA_DIR');
  process.exit(2);
}

const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

const pathOf = (work: Work): string => `${FOLDER}/${nameOf(work)}.json`;
const read = (path: string): Row => JSON.parse(readFileSync(path, 'utf8')) as Row;
const write = (path: string, row: Row): void => writeFileSync(path, `${JSON.stringify(row, null, 2)}\n`);

function isDone(work: Work): boolean {
  if (!existsSync(pathOf(work))) return false;
  const row = read(pathOf(work));
  const { subject, plan } = work;
  return row.recipe === recipeOf(subject, plan) && row.tested.int8 >= subject.pictures.int8;
}

const datasets = new Map<string, Dataset>();
async function sourcesOf(subject: Subject) {
  const dataset = datasets.get(subject.name) ?? (await datasetOf(subject, data));
  datasets.set(subject.name, dataset);
  return { dataset, data, say };
}

async function makeRow(work: Work): Promise<Row> {
  const { subject, plan, seed } = work;
  const sources = await sourcesOf(subject);
  const { network, on, seconds } = networkOf(work, sources);
  return {
    ...{ network: subject.name, method: plan.method, rule: on.rule.kind, zeros: plan.zeros, seed },
    ...{ recipe: recipeOf(subject, plan), kernels },
    ...tested(network, sources.dataset, { on, int8: subject.pictures.int8 }),
    ...onMachine(network, sources.dataset),
    trainSeconds: Math.round(seconds),
  };
}

/** A run whose loss stops being a number is a result too: it is said, and is no row. */
const diverged: string[] = [];
async function unlessDiverged(name: string, make: () => Promise<Row>): Promise<Row | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('diverged'))) throw error;
    say(`${name}: ${error.message}`);
    diverged.push(name);
    return undefined;
  }
}

const works = planned({
  only: options.only?.split(','),
  seeds: options.seeds?.split(',').map(Number),
  methods: options.methods?.split(','),
});
mkdirSync(FOLDER, { recursive: true });
const todo = works.filter((work) => !isDone(work));
const left = todo.slice(0, Number(options.rows ?? todo.length));
say(`${works.length - todo.length} rows are there, ${left.length} to make`);
const began = performance.now();
for (const [i, work] of left.entries()) {
  const name = nameOf(work);
  const row = await unlessDiverged(name, () => makeRow(work));
  if (row === undefined) continue;
  write(pathOf(work), row);
  const each = (performance.now() - began) / 1000 / (i + 1);
  say(
    `${name}: fp32 ${(100 * row.accuracy.fp32).toFixed(2)} %, int8 ${(100 * row.accuracy.int8).toFixed(2)} %, ` +
      `${Math.round(row.hardware.cycles)} cycles, exact ${row.exact}, ${row.trainSeconds} s; ` +
      `about ${Math.round((each * (left.length - i - 1)) / 60)} min left`,
  );
}

if (options.machine)
  for (const work of works.filter((work) => isDone(work) && hasWeights(work))) {
    const sources = await sourcesOf(work.subject);
    write(pathOf(work), {
      ...read(pathOf(work)),
      ...onMachine(networkOf(work, sources).network, sources.dataset),
    });
    say(`${nameOf(work)} on the machine again`);
  }

const nameSort = ({ network, seed, zeros, method }: Row): string =>
  `${network} ${zeros} ${METHODS.indexOf(method)} ${seed}`;

const rows = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => read(`${FOLDER}/${file}`))
  .sort((a, b) => nameSort(a).localeCompare(nameSort(b)));
writeFileSync(
  'results/accuracy.json',
  `${JSON.stringify({ schema: 'sense.accuracy/1', command: 'npx tsx experiments/accuracy.ts', rows }, null, 2)}\n`,
);
writeFileSync('results/accuracy.svg', `${accuracyFigure(rows)}\n`);
say(`results/accuracy.json: ${rows.length} rows`);
if (diverged.length > 0) say(`diverged, and so no row: ${diverged.join(', ')}`);
