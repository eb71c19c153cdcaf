/**
 * Networks on the stepped machine, which is the silicon to the cycle, beside the closed form that the README's speeds are
 * of: cycles and bytes of DRAM, layer by layer.
 *
 *   npx tsx experiments/as-built.ts                  -> results/as-built.json, a table on stdout; more than an hour on one core
 *   npx tsx experiments/as-built.ts lenet5 resnet20  only these; what the file says of others stays
 *
 * Each network is one `sense run <network> --fidelity sim --json`, written down when it is done: what was killed goes on with
 * the names that are left.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Report } from '../src/report/report.ts';
import { writeResult } from './lib/write.ts';

const NETWORKS = ['lenet5', 'resnet20', 'squeezenet1_1', 'googlenet', 'alexnet', 'resnet50', 'vgg16'];
const RESULT = 'results/as-built.json';

function stepped(network: string): Report {
  process.stderr.write(`${network}: stepping\n`);
  const asked = ['run', network, '--fidelity', 'sim', '--json', '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/sense.js', ...asked], {
    ...{ encoding: 'utf8', maxBuffer: 2 ** 28 },
  });
  if (status !== 0) throw new Error(`sense ${asked.join(' ')} failed: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

const QUANTITIES = ['cycles', 'costCycles', 'dramBytes', 'costDramBytes'] as const;

function measured(network: string) {
  const { arch, execution, layers: listed } = stepped(network);
  const { latency, chains: lists, equal } = execution!;
  const layers = execution!.layers.map(({ dramBytes, ...run }) => ({
    ...run,
    dramBytes: dramBytes.total,
    op: listed.find(({ name }) => name === run.name)!.op,
  }));
  const total = (wanted: (op: string) => boolean) => {
    const own = layers.filter(({ op }) => wanted(op));
    return Object.fromEntries(QUANTITIES.map((of) => [of, own.reduce((sum, layer) => sum + layer[of], 0)]));
  };
  return {
    ...{ network, rows: arch.rows, cols: arch.cols, latency, lists, equal },
    conv: total((op) => op === 'conv'),
    whole: total(() => true),
    layers,
  };
}

type Row = ReturnType<typeof measured>;

const asked = process.argv.slice(2);
for (const name of asked)
  if (!NETWORKS.includes(name)) {
    console.error(`✖ unknown network "${name}"\n  try  ${NETWORKS.join(', ')}`);
    process.exit(2);
  }
const before = existsSync(RESULT)
  ? (JSON.parse(readFileSync(RESULT, 'utf8')).networks as readonly Row[])
  : [];
const rows = new Map(before.map((row) => [row.network, row]));
for (const name of asked.length > 0 ? asked : NETWORKS) {
  rows.set(name, measured(name));
  const networks = NETWORKS.flatMap((each) => rows.get(each) ?? []);
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
