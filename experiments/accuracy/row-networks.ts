/** The network of a row: trained now, or from weights that an earlier sitting kept. */
import type { Model } from '../../src/model/model.ts';
import type { Dataset } from '../../src/train/datasets/dataset.ts';
import { parametersOf, withParameters } from '../../src/train/network.ts';
import type { RuleOn } from '../../src/training-flow/rule.ts';
import { keepWeights, keptWeights } from './kept-weights.ts';
import { cacheName, DENSE, nameOf, type Plan, recipeAt, type Work } from './plans.ts';
import { finished, ruleOn } from './rows.ts';
import { trained, withInt8InSight } from './training.ts';

export interface Trained {
  readonly network: Model; // as the machine gets it
  readonly on: RuleOn;
  readonly seconds: number; // 0 where the weights were kept
}

interface Sources {
  readonly dataset: Dataset;
  readonly data: string; // folder
  readonly say: (line: string) => void;
}

/** One-shot pruning has the dense run's. */
export function hasWeights({ subject, plan, seed }: Work): boolean {
  if (plan.method === 'given') return true;
  const run = plan.method === 'one-shot' ? DENSE : plan;
  return keptWeights(cacheName(subject, run, nameOf({ subject, plan: run, seed }))) !== undefined;
}

/** The weights of a kept run, or a new run, which is then kept. */
function once(name: string, start: Model, make: () => Model): { model: Model; seconds: number } {
  const kept = keptWeights(name);
  if (kept) return { model: withParameters(start, kept), seconds: 0 };
  const began = performance.now();
  const model = make();
  keepWeights(name, model, parametersOf(model));
  return { model, seconds: (performance.now() - began) / 1000 };
}

export function networkOf({ subject, plan, seed }: Work, { dataset, data, say }: Sources): Trained {
  const { method, zeros } = plan;
  const progress = (what: string) => (share: number, loss: number) => {
    if (Math.round(share * 1000) % 100 === 0)
      say(`  ${what}: ${Math.round(100 * share)} %, loss ${loss.toFixed(3)}`);
  };
  const given = subject.start(seed, data);
  const on = ruleOn(method, zeros);
  if (method === 'given') return { network: finished(given, on), on, seconds: 0 };
  const { before } = subject;
  const teacher = subject.comesTrained && { teacher: given };
  const start = before
    ? once(cacheName(subject, DENSE, `${subject.name}-before-s${seed}`), given, () =>
        trained(given, dataset, { ...before, seed }, { say: progress('dense, before') }),
      ).model
    : given;
  const weights = (of: Plan) => {
    const run = nameOf({ subject, plan: of, seed });
    const recipe = { ...recipeAt(subject, of), ...teacher, seed };
    const rule = of.method === 'dense' ? {} : { on: ruleOn(of.method, of.zeros) };
    return once(cacheName(subject, of, run), start, () =>
      trained(start, dataset, recipe, { ...rule, say: progress(run) }),
    );
  };
  if (method === 'adaptive-int8') {
    const name = nameOf({ subject, plan, seed });
    const adaptive = finished(weights({ method: 'adaptive', zeros }).model, on);
    const recipe = { ...subject.recipe, ...teacher, seed };
    const last = once(cacheName(subject, plan, name), adaptive, () =>
      withInt8InSight(adaptive, dataset, recipe, { zeros, say: progress(name) }),
    );
    return { network: last.model, on, seconds: last.seconds };
  }
  const { model, seconds } = weights(method === 'dense' || method === 'one-shot' ? DENSE : plan);
  return { network: finished(model, on), on, seconds };
}
