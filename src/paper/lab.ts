/** Runs the trials that claims ask for, each once, and hands out their reports. */
import { fail } from '../errors.ts';
import { findZoo } from '../model/zoo/index.ts';
import { type Contestant, contest } from '../report/compare-runs.ts';
import type { Report } from '../report/report.ts';
import type { TrainingFact } from './training-facts.ts';
import type { Trial } from './trial.ts';

/** The networks of the papers. */
export const NETWORKS = ['alexnet', 'vgg16', 'resnet50', 'googlenet'] as const;

/** What claims are judged on. */
export interface Lab {
  readonly networks: readonly string[];
  readonly seed: number;
  /** The report of a trial that the claim listed. */
  readonly of: (network: string, trial: Trial) => Report;
  /** Networks that were trained to the rule, where results of that are at hand. */
  readonly training: readonly TrainingFact[];
}

/** Reports of one network, by trial: plain data, so that networks can be measured side by side. */
export type NetworkReports = Readonly<Record<string, Report>>;

export interface LabOptions {
  readonly seed: number;
  readonly onProgress?: ((step: { stage: string; done: number; total: number }) => void) | undefined;
}

/** Trials that share batch and activations also share their values, drawn once for each rule. */
export function runTrials(
  network: string,
  trials: readonly Trial[],
  { seed, onProgress }: LabOptions,
): NetworkReports {
  const entry = findZoo(network);
  const distinct = [...new Map(trials.map((trial) => [trial.id, trial])).values()].filter(
    ({ networks }) => networks?.includes(network) ?? true,
  );
  const groups = new Map<string, Trial[]>();
  for (const trial of distinct) {
    const key = `${trial.batch} ${trial.activations}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const reports: [string, Report][] = [];
  for (const group of groups.values()) {
    const { batch, activations } = group[0]!;
    const contestants = group.map(
      ({ machine, arch, rule, id }): Contestant => ({ machine, arch, rule, name: id }),
    );
    const answers = contest(
      {
        ...{ model: entry.build(), densities: entry.densities, activations, batch, seed },
        ofmapDensities: new Map([...entry.ofmapDensities].map(([layer, { ofmap }]) => [layer, ofmap])),
        onProgress: (step) => onProgress?.({ ...step, stage: network }),
      },
      contestants,
    );
    answers.forEach((report, i) => {
      reports.push([group[i]!.id, report]);
    });
  }
  return Object.fromEntries(reports);
}

export interface LabContents {
  readonly seed: number;
  readonly reports: ReadonlyMap<string, NetworkReports>;
  readonly training: readonly TrainingFact[];
}

export function labOf({ seed, reports, training }: LabContents): Lab {
  return {
    networks: [...reports.keys()],
    ...{ seed, training },
    of: (network, { id }) =>
      reports.get(network)?.[id] ?? fail(`trial "${id}" of ${network} was not run`, { hint: 'list it' }),
  };
}
