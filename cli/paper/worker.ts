/** A thread of `sense paper`: measures the networks it is sent, one after another. */
import { parentPort } from 'node:worker_threads';
import { runTrials, trialsFor } from '../../src/paper/index.ts';
import type { Job, Said } from './measure.ts';

const say = (message: Said): void => parentPort!.postMessage(message);

parentPort!.on('message', ({ network, claims, ablation, seed }: Job) => {
  const reports = runTrials(network, trialsFor({ claims, ablation }), {
    seed,
    onProgress: (step) => say({ network, step }),
  });
  say({ network, reports });
});
