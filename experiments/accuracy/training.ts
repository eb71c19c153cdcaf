/** How the accuracy experiment trains: to the end, by a rule or dense, and for an epoch with int8 in sight. */
import type { Model } from '../../src/model/model.ts';
import type { Dataset } from '../../src/train/datasets/dataset.ts';
import { type TrainOptions, train } from '../../src/train/loop.ts';
import { parametersOf, withParameters } from '../../src/train/network.ts';
import { calibrationOf } from '../../src/training-flow/accuracy.ts';
import { highest, maskRule } from '../../src/training-flow/mask-rule.ts';
import { besideInt8, withRoundedValues } from '../../src/training-flow/quantisation-aware.ts';
import type { RuleOn } from '../../src/training-flow/rule.ts';
import type { Recipe } from './networks.ts';

/** Trained to the end; progress is told a few times a minute. */
export function trained(
  start: Model,
  dataset: Dataset,
  options: Recipe & Pick<TrainOptions, 'seed'>,
  { on, say }: { on?: RuleOn | undefined; say: (share: number, loss: number) => void },
): Model {
  // Tested at the end, on everything; in between a few pictures say whether it runs at all.
  const glimpse = { ...dataset, test: { ...dataset.test, count: Math.min(500, dataset.test.count) } };
  const rule = on && {
    zeros: highest(on, start),
    exempt: on.exempt,
    mask: maskRule(on, start),
  };
  const steps = train(start, glimpse, { ...options, ...rule });
  for (;;) {
    const next = steps.next();
    if (next.done) return withParameters(start, next.value.parameters);
    const { step, steps: all, loss } = next.value;
    if (step % 50 === 0) say(step / all, loss);
  }
}

/** A finished network after one more epoch, rounded to int8 as it goes: plain fp32 weights again. */
export function withInt8InSight(
  network: Model,
  dataset: Dataset,
  options: Recipe & Pick<TrainOptions, 'seed'>,
  { zeros, say }: { zeros: number; say: (share: number, loss: number) => void },
): Model {
  const start = withRoundedValues(network, calibrationOf(network, dataset));
  const { batchSize } = options;
  const last = { ...besideInt8(options, { epochs: 1, zeros }), batchSize };
  return withParameters(network, parametersOf(trained(start, dataset, last, { say })));
}
