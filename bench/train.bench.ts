/**
 * How fast training is on one thread: forward, loss, backward and optimiser, images a second.
 *
 *   npx tsx bench/train.bench.ts
 */
import type { Model } from '../src/model/model.ts';
import { findZoo } from '../src/model/zoo/index.ts';
import { topology } from '../src/model/zoo/topology.ts';
import { seeded } from '../src/tensor/random.ts';
import { initialise } from '../src/train/initialise.ts';
import { lossOf, normsIn, parametersOf } from '../src/train/network.ts';
import { sgd } from '../src/train/optimiser/sgd.ts';
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

function measure(name: string, model: Model, batch: number): void {
  const random = seeded(1);
  const started = initialise(model, random);
  const parameters = parametersOf(started, { norms: 'batch' });
  const program = compile(started, { batch, norms: normsIn(parameters) });
  const optimiser = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
  const moments = optimiser.moments(parameters);
  for (let i = 0; i < program.input.length; i++) program.input[i] = random.normal();
  const labels = Int32Array.from({ length: batch }, () => random.below(10));
  const times = { forward: 0, backward: 0, update: 0 };
  let [steps, best] = [0, Number.POSITIVE_INFINITY];
  const start = performance.now();
  while (steps < 5 || performance.now() - start < 3000) {
    const a = performance.now();
    program.load(parameters);
    program.forward({ training: true });
    lossOf(program, { labels }, {});
    const b = performance.now();
    program.backward();
    const c = performance.now();
    optimiser.update(parameters, program.gradients, moments, { learningRate: 1e-3, step: ++steps });
    const d = performance.now();
    times.forward += b - a;
    times.backward += c - b;
    times.update += d - c;
    best = Math.min(best, d - a);
  }
  const all = times.forward + times.backward + times.update;
  const share = (time: number) => `${((100 * time) / all).toFixed(0)} %`;
  console.log(
    `${name.padEnd(30)} batch ${batch}  ${((steps * batch * 1e3) / all).toFixed(0).padStart(6)} images/s, ` +
      `best ${((batch * 1e3) / best).toFixed(0)}   forward ${share(times.forward)}  backward ${share(times.backward)}  ` +
      `update ${share(times.update)}`,
  );
}

measure('tiny CNN, valid', tiny(0), 64);
measure('tiny CNN, same padding', tiny(1), 64);
measure('lenet5', findZoo('lenet5').build(), 64);
measure('resnet20 with batch norm', findZoo('resnet20').build(), 64);
