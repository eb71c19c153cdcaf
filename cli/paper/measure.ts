/** The networks of `sense paper`, measured on as many threads as there are; in this one where there is no build to start. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type NetworkReports, runTrials, type TrialChoice, trialsFor } from '../../src/paper/index.ts';
import type { ProgressStep } from '../progress.ts';

export interface Job extends TrialChoice {
  readonly network: string;
  readonly seed: number;
}

/** What a thread says of its network: how far it is, or what came out. */
export type Said =
  | { readonly network: string; readonly step: ProgressStep }
  | { readonly network: string; readonly reports: NetworkReports };

export interface MeasureOptions extends TrialChoice {
  readonly networks: readonly string[];
  readonly seed: number;
  readonly onProgress: (step: ProgressStep) => void;
  readonly threads?: number;
}

export async function measureNetworks(options: MeasureOptions): Promise<ReadonlyMap<string, NetworkReports>> {
  const { networks, claims, ablation, seed } = options;
  const jobs = [...networks].sort(longestFirst).map((network) => ({ network, claims, ablation, seed }));
  const told = progressOver(jobs.length, options.onProgress);
  const threads = Math.min(jobs.length, options.threads ?? availableParallelism());
  const worker = new URL('./worker.js', import.meta.url);
  // Under a loader of TypeScript there is no worker.js.
  const found =
    threads > 1 && import.meta.url.endsWith('.js')
      ? await onThreads(jobs, { worker, threads, told })
      : jobs.map(({ network }): readonly [string, NetworkReports] => {
          const onProgress = (step: ProgressStep): void => told(network, step);
          return [network, runTrials(network, trialsFor(options), { seed, onProgress })];
        });
  const byNetwork = new Map(found);
  return new Map(networks.map((network) => [network, byNetwork.get(network)!]));
}

/** A hundred million weights first, so that no thread ends with them. */
const LONGEST = ['vgg16', 'alexnet', 'resnet50'];
const rank = (network: string): number =>
  (LONGEST.indexOf(network) + LONGEST.length + 1) % (LONGEST.length + 1);
const longestFirst = (a: string, b: string): number => rank(a) - rank(b);

interface Crew {
  readonly worker: URL;
  readonly threads: number;
  readonly told: (network: string, step: ProgressStep) => void;
}

async function onThreads(
  jobs: readonly Job[],
  { worker, threads, told }: Crew,
): Promise<(readonly [string, NetworkReports])[]> {
  const left = [...jobs];
  const found: (readonly [string, NetworkReports])[] = [];
  const crew = Array.from({ length: threads }, () => new Worker(worker));
  try {
    await Promise.all(
      crew.map(
        (thread) =>
          new Promise<void>((resolve, reject) => {
            const next = (): void => {
              const job = left.shift();
              if (job) thread.postMessage(job);
              else resolve();
            };
            thread.on('error', reject);
            thread.on('exit', (code) => reject(new Error(`a measuring thread ended with code ${code}`)));
            thread.on('message', (said: Said) => {
              if ('step' in said) return told(said.network, said.step);
              found.push([said.network, said.reports]);
              next();
            });
            next();
          }),
      ),
    );
  } finally {
    await Promise.all(crew.map((thread) => thread.terminate()));
  }
  return found;
}

/** Layers done over all networks; of those not begun nothing is known yet. */
function progressOver(networks: number, onProgress: (step: ProgressStep) => void) {
  const steps = new Map<string, ProgressStep>();
  return (network: string, step: ProgressStep): void => {
    steps.set(network, step);
    const sum = (of: (s: ProgressStep) => number): number =>
      [...steps.values()].reduce((n, s) => n + of(s), 0);
    const running = [...steps].filter(([, s]) => s.done < s.total).map(([name]) => name);
    const stage = `${steps.size} of ${networks} networks (${running.join(', ') || network})`;
    onProgress({ stage, done: sum((s) => s.done), total: sum((s) => s.total) });
  };
}
