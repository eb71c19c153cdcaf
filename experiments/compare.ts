/**
 * Every machine on the four networks of the papers, as its own text has it and with our multipliers, clock, words and DRAM.
 *
 *   npx tsx experiments/compare.ts
 *
 * writes results/compare.json and results/compare-{own,same}-{bar,radar,roofline}.svg.
 */
import { machines } from '../src/accel/index.ts';
import { ownChoice } from '../src/accel/rule-choice.ts';
import { findZoo } from '../src/model/zoo/index.ts';
import { NETWORKS } from '../src/paper/index.ts';
import { type Comparison, comparison } from '../src/report/compare.ts';
import { contest } from '../src/report/compare-runs.ts';
import { archLike, SAMENESS } from '../src/report/compare-settings.ts';
import { compareFigure, FIGURE_KINDS } from '../src/report/figures/compare-figure.ts';
import type { Totals } from '../src/report/report.ts';
import { say, writeFigure, writeResult } from './lib/write.ts';

const ZEROS = 0.5;
const first = machines[0]!;

const settings = [
  { name: 'own', same: [] },
  { name: 'same', same: SAMENESS },
] as const;

const briefly = ({
  cycles,
  imagesPerSecond,
  utilization,
  macsIssued,
  dramBytes,
  energyPj,
  powerW,
}: Totals) => ({
  ...{ cycles, imagesPerSecond, utilization, macsIssued, dramBytes, energyPj: energyPj.total, powerW },
});

function compared(same: (typeof settings)[number]['same']): Comparison {
  const contestants = machines.map((machine) => {
    const arch = archLike(machine, first.arch, same);
    return { machine, arch, rule: ownChoice(machine, ZEROS, arch) };
  });
  const reports = NETWORKS.flatMap((network) => {
    const { build, densities, ofmapDensities } = findZoo(network);
    return contest(
      {
        ...{ model: build(), densities, activations: 'published', batch: 1, seed: 1 },
        ofmapDensities: new Map([...ofmapDensities].map(([layer, { ofmap }]) => [layer, ofmap])),
        onProgress: (step) => say({ ...step, stage: `${network}, ${same.join(' ') || 'own settings'}` }),
      },
      contestants,
    );
  });
  return comparison(reports, machines, same);
}

const results = settings.map(({ name, same }) => {
  const result = compared(same);
  for (const kind of FIGURE_KINDS) writeFigure(`compare-${name}-${kind}`, compareFigure(result, kind));
  const { differences, machines: who, reports } = result;
  return {
    ...{ setting: name, same, differences, machines: who },
    reports: reports.map(({ model, machine, rule, batch, totals, conv }) => ({
      ...{ model, machine, rule, batch, totals: briefly(totals), conv: briefly(conv) },
    })),
  };
});
writeResult('compare', { schema: 'sense.compare-summary/1', seed: 1, results });
