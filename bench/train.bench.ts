/**
 * How fast training is, on one thread and on two: forward, loss, backward and optimiser, images a second. Of several
 * stretches the median and the best; the last column is what one core would do that had nothing else to do.
 *
 *   npx tsx bench/train.bench.ts
 */
import { startTeam } from '../cli/training/threads.ts';
import type { Model } from '../src/model/model.ts';
import { findZoo } from '../src/model/zoo/index.ts';
import { topology } from '../src/model/zoo/topology.ts';
import { seeded } from '../src/tensor/random.ts';
import { initialise } from '../src/train/initialise.ts';
import { lossOf, normsIn, parametersOf } from '../src/train/network.ts';
import { sgd } from '../src/train/optimiser/sgd.ts';
import type { Team } from '../src/train/parallel/team.ts';
import { compile } from '../src/train/program.ts';

/** 3x3x16, pool, 3x3x32, pool, fully connected 10, on 28 x 28. */
function tiny(pad: 0 | 1): Model {
  const net = topology('tiny', { input: [1, 28, 28], cite: 'this benchmark' });
  const pool1 = net.maxPool('pool1', net.conv('conv1', net.input, { K: 16, R: 3, pad }), {
    kernel: 2,
    stride: 2,
  });
  const pool2 = net.maxPool('pool2', net.conv('conv2', pool1, { K: 32, R: 3, pad }), {
    kernel: 2,
    stride: 2,
  });
  return net.finish(net.fc('fc', pool2, { K: 10 }));
}

/** Steps a second vary: so many stretches of this many milliseconds. */
const [STRETCHES, STRETCH] = [7, 700];

function measure(name: string, model: Model, { threads, compile }: Pick<Team, 'threads' | 'compile'>): void {
  const batch = 64;
  const random = seeded(1);
  const started = initialise(model, random);
  const parameters = parametersOf(started, { norms: 'batch' });
  const program = compile(started, { batch, norms: normsIn(parameters) });
  const optimiser = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
  const moments = optimiser.moments(parameters);
  for (let i = 0; i < program.input.length; i++) program.input[i] = random.normal();
  const labels = Int32Array.from({ length: batch }, () => random.below(10));
  const times = { forward: 0, backward: 0, update: 0 };
  let steps = 0;
  const step = (): void => {
    const a = performance.now();
    program.load(parameters);
    program.forward({ training: true });
    lossOf(program, { labels }, {});
    const b = performance.now();
    program.backward();
    const c = performance.now();
    optimiser.update(parameters, program.gradients, moments, { learningRate: 1e-3, step: ++steps });
    times.forward += b - a;
    times.backward += c - b;
    times.update += performance.now() - c;
  };
  for (let i = 0; i < 5; i++) step();
  const [cpu, warm] = [process.cpuUsage(), steps];
  const speeds = Array.from({ length: STRETCHES }, () => {
    const [start, before] = [performance.now(), steps];
    while (performance.now() - start < STRETCH) step();
    return ((steps - before) * batch * 1e3) / (performance.now() - start);
  }).sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(cpu); // of all threads
  const perCore = ((steps - warm) * batch * 1e6) / (user + system);
  const all = times.forward + times.backward + times.update;
  const share = (time: number) => `${((100 * time) / all).toFixed(0)} %`;
  const speed = (value: number | undefined) => value!.toFixed(0).padStart(6);
  console.log(
    `${name.padEnd(26)} batch ${batch}, ${threads} thread${threads > 1 ? 's' : ' '} ${speed(speeds[STRETCHES >> 1])} images/s, ` +
      `best ${speed(speeds.at(-1))}   forward ${share(times.forward)}  backward ${share(times.backward)}  ` +
      `update ${share(times.update)}  ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB  ` +
      `${speed(perCore)} images a second of processor`,
  );
}

const team = await startTeam(2);
for (const on of [{ threads: 1, compile }, team]) {
  measure('tiny CNN, valid', tiny(0), on);
  measure('tiny CNN, same padding', tiny(1), on);
  measure('lenet5', findZoo('lenet5').build(), on);
  measure('resnet20 with batch norm', findZoo('resnet20').build(), on);
}
team.stop();
