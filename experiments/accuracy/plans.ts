/** Which rows the accuracy experiment has: every method at every share of zeros that it is asked at, and by which recipe. */
import { createHash } from 'node:crypto';
import { type Recipe, type Subject, subjects } from './networks.ts';
import { METHODS, type Method } from './rows.ts';

/** One half first: whatever is there when it is stopped can be read. */
const SHARES = [0.5, 0.75, 0.625];

export interface Plan {
  readonly method: Method;
  readonly zeros: number;
}

export interface Work {
  readonly subject: Subject;
  readonly plan: Plan;
  readonly seed: number;
}

export const DENSE: Plan = { method: 'dense', zeros: 0 };

const isDense = (method: Method): boolean => method === 'given' || method === 'dense';

/** What a rule asks is asked at every share; int8 in sight only at one half. */
const plansOf = ({ comesTrained }: Subject): readonly Plan[] =>
  METHODS.flatMap((method): Plan[] => {
    if (method === 'given') return comesTrained ? [{ method, zeros: 0 }] : [];
    if (method === 'dense') return [DENSE];
    return (method === 'adaptive-int8' ? [0.5] : SHARES).map((zeros) => ({ method, zeros }));
  });

export const nameOf = ({ subject, plan: { method, zeros }, seed }: Work): string =>
  `${subject.name}-${method}${isDense(method) ? '' : `-${zeros}`}-s${seed}`;

/** One-shot pruning is of the dense network, whatever the share. */
export const recipeAt = ({ recipe, shorter = recipe }: Subject, { method, zeros }: Plan): Recipe =>
  zeros > 0.5 && method !== 'one-shot' ? shorter : recipe;

/** What decides the weights, in words; how they are named in the cache hangs on it. */
export const recipeOf = (subject: Subject, plan: Plan): string => {
  const { pictures, starts, before } = subject;
  return JSON.stringify({ train: pictures.train, starts, before, recipe: recipeAt(subject, plan) });
};

export const cacheName = (subject: Subject, plan: Plan, run: string): string =>
  `${run}-${createHash('sha256').update(recipeOf(subject, plan)).digest('hex').slice(0, 8)}`;

export interface Asked {
  readonly only?: readonly string[] | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly methods?: readonly string[] | undefined;
}

/** Seeds last, so that every network has a row of each kind early. */
export const planned = ({ only, seeds, methods }: Asked): readonly Work[] =>
  [1, 2, 3].flatMap((seed) =>
    SHARES.flatMap((share) =>
      subjects
        .filter(({ name }) => only?.includes(name) ?? true)
        .filter((subject) => subject.seeds.includes(seed) && (seeds?.includes(seed) ?? true))
        .flatMap((subject) =>
          plansOf(subject)
            .filter(({ method }) => methods?.includes(method) ?? true)
            .filter(({ method, zeros }) => (isDense(method) ? share === SHARES[0] : zeros === share))
            .map((plan) => ({ subject, plan, seed })),
        ),
    ),
  );
