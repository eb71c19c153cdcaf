/**
 * How long, and in how much memory, ResNet-50 takes from the command line to the report, start-up included.
 * Beside it: SCALE-Sim v3, ResNet-50 on a 32x32 weight-stationary array, 456 s of CPU and 12.1 GB, measured earlier on
 * two shared cores (not by this script; the cycles alone, without sparsity or values).
 *
 *   npm run build && npx tsx bench/resnet50.ts [network] [runs]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [network = 'resnet50', runs = '5'] = process.argv.slice(2);
const sense = fileURLToPath(new URL('../bin/sense.js', import.meta.url));
// Reports its own peak memory on the way out; ru_maxrss is in kilobytes.
const report =
  'process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + "\\n"))';
const preload = `data:text/javascript,${encodeURIComponent(report)}`;

const once = (args: readonly string[]): { readonly seconds: number; readonly megabytes: number } => {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, sense, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return {
    seconds: (performance.now() - started) / 1e3,
    megabytes: Number(/peak (\d+)/.exec(stderr)![1]) / 1e3,
  };
};

const line = (name: string, args: readonly string[]): void => {
  const list = Array.from({ length: Number(runs) }, () => once(args));
  const median = (of: (run: (typeof list)[number]) => number): number =>
    list.map(of).sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
  console.log(
    `${name.padEnd(34)} ${median((run) => run.seconds).toFixed(2)} s   ${median((run) => run.megabytes).toFixed(0)} MB`,
  );
};

console.log(`median of ${runs} runs, wall clock and peak memory of the whole process`);
line(`sense run ${network}`, ['run', network, '--quiet', '--json']);
line(`the same, --machine dense-ws`, ['run', network, '--quiet', '--json', '--machine', 'dense-ws']);
