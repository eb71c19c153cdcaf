/** The claims of the papers beside what we measure: schema sense.paper/1. */
import { type Ablation, ablationOf, ablationTrials } from './ablation.ts';
import { type Claim, isSettled, judge, type Verdict } from './claim.ts';
import { claims } from './claims/index.ts';
import type { Lab } from './lab.ts';
import type { Trial } from './trial.ts';

export interface Paper {
  readonly schema: 'sense.paper/1';
  readonly seed: number;
  readonly networks: readonly string[];
  readonly claims: readonly Verdict[];
  readonly ablation?: Ablation;
}

export const claimIds: readonly string[] = claims.map(({ id }) => id);

/** Claims by their ids, in the order of the texts; all of them where none is named. */
export const claimsNamed = (ids: readonly string[] | undefined): readonly Claim[] =>
  ids === undefined ? claims : claims.filter(({ id }) => ids.includes(id));

export interface TrialChoice {
  readonly claims: readonly string[] | undefined;
  readonly ablation: boolean;
}

export const trialsFor = ({ claims: ids, ablation }: TrialChoice): readonly Trial[] => [
  ...claimsNamed(ids).flatMap(({ trials }) => trials),
  ...(ablation ? ablationTrials : []),
];

export const paperOf = (
  lab: Lab,
  asked: { readonly claims: readonly Claim[]; readonly ablation: boolean },
): Paper => ({
  ...{ schema: 'sense.paper/1', seed: lab.seed, networks: lab.networks },
  claims: asked.claims.map((claim) => judge(claim, lab)),
  ...(asked.ablation && { ablation: ablationOf(lab) }),
});

/** Every claim either holds or carries a written reason. */
export const isSound = ({ claims: verdicts }: Paper): boolean => verdicts.every(isSettled);
