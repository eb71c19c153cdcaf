/** Ours, on whatever compiles the program. */
import { lossOf, parametersOf } from '../../src/train/network.ts';
import { sgd } from '../../src/train/optimiser/sgd.ts';
import type { Team } from '../../src/train/parallel/team.ts';
import { type Problem, RATE, type Runner } from './problem.ts';

export function ours({ model, batch, images, labels }: Problem, { compile, threads, stop }: Team): Runner {
  const parameters = parametersOf(model);
  const program = compile(model, { batch, norms: new Set() });
  const optimiser = sgd({ momentum: 0, nesterov: false, weightDecay: 0 });
  const moments = optimiser.moments(parameters);
  let step = 0;
  return {
    name: `ours, ${threads} thread${threads > 1 ? 's' : ''}`,
    threads,
    step() {
      program.load(parameters);
      program.input.set(images);
      program.forward({ training: true });
      const { loss } = lossOf(program, { labels }, {});
      program.backward();
      optimiser.update(parameters, program.gradients, moments, { learningRate: RATE, step: ++step });
      return loss;
    },
    stop,
  };
}
