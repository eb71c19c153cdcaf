/** What the rest of the house needs of this room. */

export type { Ablation } from './ablation.ts';
export { ablationFigure } from './ablation-figure.ts';
export type { Measured, Range, Verdict } from './claim.ts';
export { claimsFigure } from './claims-figure.ts';
export { labOf, NETWORKS, type NetworkReports, runTrials } from './lab.ts';
export type { Paper } from './paper.ts';
export { claimIds, claimsNamed, isSound, paperOf, type TrialChoice, trialsFor } from './paper.ts';
export { paperTable } from './table.ts';
export { type TrainingFact, trainingFacts } from './training-facts.ts';
export { type Trial, trial, withBits } from './trial.ts';
