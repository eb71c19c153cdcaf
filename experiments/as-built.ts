/**
 * Networks on the stepped machine, which is the silicon to the cycle, beside the closed form that the README's speeds are
 * of: cycles and bytes of DRAM, layer by layer.
 *
 *   npx tsx experiments/as-built.ts                  -> results/as-built.json, a table on stdout; an hour on one core
 *   npx tsx experiments/as-built.ts lenet5 resnet20  only these; what the file says of others stays
 *
 * Each line is of `sense run <network> --fidelity sim --json`, whose reports are kept in .cache/as-built/ for as long as
 * src/ is the same, so that what was killed goes on where it was.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ExecutedLayer, Report } from '../src/report/report.ts';
import { writeResult } from './lib/write.ts';

/** What is run, a command each: VGG-16 in two of many minutes, so that a kill loses one. */
const NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['lenet5', ['*']],
  ['resnet20', ['*']],
  ['squeezenet1_1', ['*']],
  ['googlenet', ['*']],
  ['alexnet', ['*']],
  ['resnet50', ['*']],
  ['vgg16', ['conv*', 'fc*']],
]);
const CACHE = '.cache/as-built';
const RESULT = 'results/as-built.json';

const sources = spawnSync('git', ['rev-parse', '--short=12', 'HEAD:src'], { encoding: 'utf8' }).stdout.trim();

/** Of a run of these sources, or of one now. */
function reportOf(network: string, layers: string): Report {
  const kept = `${CACHE}/${sources}-${network}-${layers.replace('*', '')}.json`;
  if (!existsSync(kept)) {
    process.stderr.write(`${network} ${layers}: stepping\n`);
    const asked = ['run', network, '--layers', layers, '--fidelity', 'sim', '--json', '--quiet'];
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/sense.js', ...asked], {
      ...{ encoding: 'utf8', maxBuffer: 2 ** 28 },
    });
    if (status !== 0) throw new Error(`sense ${asked.join(' ')} failed: ${stderr}`);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(kept, stdout);
  }
  return JSON.parse(readFileSync(kept, 'utf8')) as Report;
}

const QUANTITIES = ['cycles', 'costCycles', 'dramBytes', 'costDramBytes'] as const;

function measured(network: string, globs: readonly string[]) {
  const reports = globs.map((layers) => reportOf(network, layers));
  const layers = reports.flatMap(({ layers: listed, execution }) =>
    execution!.layers.map(({ dramBytes, ...run }: ExecutedLayer) => ({
      ...run,
      dramBytes: dramBytes.total,
      op: listed.find(({ name }) => name === run.name)!.op,
    })),
  );
  const total = (wanted: (op: string) => boolean) => {
    const own = layers.filter(({ op }) => wanted(op));
    return Object.fromEntries(QUANTITIES.map((of) => [of, own.reduce((sum, layer) => sum + layer[of], 0)]));
  };
  const { arch, execution } = reports[0]!;
  return {
    ...{ network, rows: arch.rows, cols: arch.cols, latency: execution!.latency },
    lists: reports.reduce((sum, report) => sum + report.execution!.chains, 0),
    equal: reports.every((report) => report.execution!.equal),
    conv: total((op) => op === 'conv'),
    whole: total(() => true),
    layers,
  };
}

type Row = ReturnType<typeof measured>;

const asked = process.argv.slice(2);
for (const name of asked)
  if (!NETWORKS.has(name)) {
    console.error(`✖ unknown network "${name}"\n  try  ${[...NETWORKS.keys()].join(', ')}`);
    process.exit(2);
  }
const before = existsSync(RESULT)
  ? (JSON.parse(readFileSync(RESULT, 'utf8')).networks as readonly Row[])
  : [];
const rows = new Map(before.map((row) => [row.network, row]));
for (const [name, globs] of NETWORKS) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  rows.set(name, measured(name, globs));
  const networks = [...NETWORKS.keys()].flatMap((each) => rows.get(each) ?? []);
  writeResult('as-built', { schema: 'sense.as-built/1', networks });
}

const line = (cells: readonly (string | number)[]): void =>
  void process.stdout.write(
    `${cells.map((cell, i) => (i > 0 ? String(cell).padStart(12) : String(cell).padEnd(20))).join('')}\n`,
  );
line(['', 'cycles', 'closed form', 'ratio', 'DRAM MB', 'closed form', 'ratio']);
for (const { network, conv, whole } of rows.values())
  for (const [what, of] of Object.entries({ conv, whole }))
    line([
      `${network} ${what}`,
      ...[of.cycles!, of.costCycles!, (of.cycles! / of.costCycles!).toFixed(2)],
      ...[of.dramBytes!, of.costDramBytes!].map((bytes) => (bytes / 1e6).toFixed(2)),
      (of.dramBytes! / of.costDramBytes!).toFixed(2),
    ]);
