/**
 * Every claim of the papers beside what we measure, as `sense paper` prints it.
 *
 *   npx tsx experiments/paper.ts
 *
 * writes results/paper.json and results/paper.svg.
 */
import { readFileSync } from 'node:fs';
import {
  claimsFigure,
  claimsNamed,
  labOf,
  NETWORKS,
  paperOf,
  runTrials,
  trainingFacts,
  trialsFor,
} from '../src/paper/index.ts';
import { say, writeFigure, writeResult } from './lib/write.ts';

const asked = { claims: undefined, ablation: false };
const reports = new Map(
  NETWORKS.map((network) => [network, runTrials(network, trialsFor(asked), { seed: 1, onProgress: say })]),
);
const accuracy = 'results/accuracy.json';
const training = trainingFacts(JSON.parse(readFileSync(accuracy, 'utf8')), accuracy);
const paper = paperOf(labOf({ seed: 1, reports, training }), {
  claims: claimsNamed(undefined),
  ablation: false,
});
writeResult('paper', { ...paper });
writeFigure('paper', claimsFigure(paper));
