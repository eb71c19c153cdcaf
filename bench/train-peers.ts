/**
 * One training step of the tiny CNN (3x3x16, pool, 3x3x32, pool, 10; 28 x 28, batch 64): ours on one thread and on two,
 * beside jax-js, TensorFlow.js and ONNX Runtime on a gradient graph made by hand. All start from the same weights and
 * must lose the same loss; turns are taken, so that a busy machine is busy for everybody.
 *
 *   npm install --prefix bench/peers --no-package-lock
 *   npx tsx bench/train-peers.ts [rounds, 7 unless said]        writes results/train-speed.json
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Runner, startingPoint } from './peers/problem.ts';

const rounds = Number(process.argv[2] ?? 7);
/** Milliseconds that one turn lasts, and that a runner may warm up for. */
const [TURN, WARM_UP] = [1000, 3000];
/** Steps whose losses are compared. */
const COMPARED = 5;

const problem = startingPoint();
const files = ['ours-one', 'ours-two', 'onnxruntime', 'jax-js-taps', 'jax-js-conv', 'tfjs-wasm'];
const runners: Runner[] = [];
const absent: { name: string; why: string }[] = [];
for (const file of files)
  try {
    runners.push(await (await import(`./peers/${file}.ts`)).runner(problem));
  } catch (error) {
    absent.push({ name: file, why: String((error as Error).message).split('\n')[0]! });
  }

const lost = new Map<Runner, number[]>();
for (const runner of [...runners])
  try {
    const losses: number[] = [];
    for (let i = 0; i < COMPARED; i++) losses.push(await runner.step());
    const [ours] = lost.values();
    const apart = ours ? Math.max(...losses.map((loss, i) => Math.abs(loss - ours[i]!))) : 0;
    if (!(apart < 1e-3)) throw new Error(`it lost ${losses.join(', ')}, we ${ours?.join(', ')}`);
    lost.set(runner, losses);
    for (const end = performance.now() + WARM_UP; performance.now() < end; ) await runner.step();
  } catch (error) {
    runners.splice(runners.indexOf(runner), 1);
    absent.push({ name: runner.name, why: String((error as Error).message).split('\n')[0]! });
  }

interface Turn {
  readonly speed: number; // images a second of the clock
  readonly perCore: number; // and of processor time, all threads: what others do on the machine hardly changes it
}
const turns = new Map(runners.map((runner) => [runner, [] as Turn[]]));
for (let round = 0; round < rounds; round++)
  for (const [runner, found] of turns) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    let steps = 0;
    for (; performance.now() - start < TURN; steps++) await runner.step();
    const { user, system } = process.cpuUsage(cpu);
    const images = steps * problem.batch;
    found.push({
      speed: (images * 1e3) / (performance.now() - start),
      perCore: (images * 1e6) / (user + system),
    });
  }

const [first] = runners;
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rows = runners.map((runner) => {
  const found = turns.get(runner)!;
  const ofAll = (key: keyof Turn) => found.map((turn) => turn[key]);
  const against = (key: keyof Turn) =>
    Number(median(found.map((turn, round) => turn[key] / turns.get(first!)![round]![key])).toPrecision(3));
  return {
    name: runner.name,
    threads: runner.threads,
    imagesPerSecond: {
      median: Math.round(median(ofAll('speed'))),
      best: Math.round(Math.max(...ofAll('speed'))),
    },
    imagesPerProcessorSecond: Math.round(median(ofAll('perCore'))),
    againstOursOnOneThread: { byClock: against('speed'), byProcessor: against('perCore') },
    losses: lost.get(runner)!.map((loss) => Number(loss.toPrecision(6))),
  };
});
for (const { name, imagesPerSecond, imagesPerProcessorSecond, againstOursOnOneThread } of rows)
  console.log(
    `${name.padEnd(56)} median ${String(imagesPerSecond.median).padStart(6)} images/s, ` +
      `best ${String(imagesPerSecond.best).padStart(6)} (x ${againstOursOnOneThread.byClock} ours); ` +
      `a second of processor ${String(imagesPerProcessorSecond).padStart(6)} (x ${againstOursOnOneThread.byProcessor})`,
  );
for (const { name, why } of absent) console.log(`${name}: not measured: ${why}`);
const report = {
  schema: 'sense.train-speed/1',
  command: 'npx tsx bench/train-peers.ts',
  network:
    'tiny CNN: 3x3x16, pool, 3x3x32, pool, fully connected 10, 28 x 28, batch 64; forward, loss, backward, SGD',
  node: process.version,
  cores: cpus().length,
  rounds,
  rows,
  absent,
};
writeFileSync(
  new URL('../results/train-speed.json', import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
for (const { stop } of runners) stop?.();
