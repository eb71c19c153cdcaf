/**
 * What each idea of the paper brings: none of them, each alone, all but each, all.
 *
 *   npx tsx experiments/ablation.ts
 *
 * writes results/ablation.json and results/ablation.svg.
 */
import {
  ablationFigure,
  claimsNamed,
  labOf,
  NETWORKS,
  paperOf,
  runTrials,
  trialsFor,
} from '../src/paper/index.ts';
import { say, writeFigure, writeResult } from './lib/write.ts';

const asked = { claims: [], ablation: true };
const reports = new Map(
  NETWORKS.map((network) => [network, runTrials(network, trialsFor(asked), { seed: 1, onProgress: say })]),
);
const lab = labOf({ seed: 1, reports, training: [] });
const { ablation } = paperOf(lab, { claims: claimsNamed([]), ablation: true });
writeResult('ablation', { schema: 'sense.ablation/1', seed: 1, ...ablation });
writeFigure('ablation', ablationFigure(ablation!));
