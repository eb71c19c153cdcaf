/**
 * Maps compute cores of many sizes, and fits `src/cost/resources.ts` to what they take.
 *
 *   npx tsx rtl/synth/grid.ts          about seven minutes on one core
 *   npx tsx rtl/synth/grid.ts --fit    only the fit, from the runs recorded before
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import {
  addResources,
  type Coefficients,
  type CorePart,
  type CoreSizes,
  coreResources,
  FEATURES,
  featuresOf,
  NOTHING,
  partCounts,
  type Resources,
} from '../../src/cost/resources.ts';
import { packageRoot } from '../root.ts';
import { runWell } from '../tool.ts';
import { leastSquares } from './fit.ts';
import { mapCore, partsOf } from './synth.ts';

export interface GridRun {
  readonly sizes: CoreSizes;
  /** Of one part each. */
  readonly parts: Readonly<Record<CorePart, Resources>>;
}

const RESULTS = join(packageRoot, 'results/rtl-resources.json');
const COEFFICIENTS = join(packageRoot, 'src/cost/resources-fit.gen.ts');

type Point = readonly [
  rows: number,
  cols: number,
  depth: number,
  taps: number,
  lanes: number,
  banks: 1 | 2,
  psumBits?: number,
];

/** Every size varied about the default one, some of them together, and the presets' own; the whole array last. */
const POINTS: readonly Point[] = [
  ...[16, 32, 64, 128, 256].map((depth): Point => [4, 4, depth, 32, 3, 2]),
  ...[1, 2].map((lanes): Point => [4, 4, 64, 32, lanes, 2]),
  ...[16, 64].map((taps): Point => [4, 4, 64, taps, 3, 2]),
  [8, 4, 64, 32, 2, 1],
  [4, 4, 256, 32, 2, 1],
  [4, 4, 128, 32, 3, 1],
  [4, 4, 128, 32, 4, 1],
  [4, 16, 64, 32, 4, 2],
  [4, 4, 64, 32, 3, 1, 27],
  [32, 32, 64, 32, 3, 2],
];

export async function measure([
  rows,
  cols,
  psumDepth,
  weightDepth,
  weightLanes,
  psumBanks,
  psumBits = zcu102.pe.psumBits,
]: Point): Promise<GridRun> {
  const sizes: CoreSizes = {
    array: { rows, cols },
    pe: { ...zcu102.pe, psumDepth, weightDepth, weightLanes, psumBanks, psumBits },
  };
  const found = partsOf(await mapCore({ ...zcu102, ...sizes }));
  const each = (name: string): Resources => found.find((part) => part.name === name)?.each ?? NOTHING;
  return {
    sizes,
    parts: {
      pe: each('pe'),
      ifm_stream: each('ifm_stream'),
      row_pace: each('row_pace'),
      weight_loader: each('weight_loader'),
      psum_drain: each('psum_drain'),
      sequencer: each('sequencer'),
      joints: addResources(each('pe_array'), each('compute_core')),
    },
  };
}

export function fitRuns(runs: readonly GridRun[]): Coefficients {
  const one = (part: CorePart, kind: 'logic' | 'ff'): readonly number[] =>
    leastSquares(
      runs.map(({ sizes }) => featuresOf(part, kind, sizes)),
      runs.map(({ parts }) => (kind === 'ff' ? parts[part].ff : parts[part].lut - parts[part].lutram)),
    ).map((x) => Number(x.toFixed(3)));
  const parts = Object.keys(FEATURES) as CorePart[];
  return Object.fromEntries(
    parts.map((part) => [part, { logic: one(part, 'logic'), ff: one(part, 'ff') }]),
  ) as unknown as Coefficients;
}

/** What a core of measured parts takes. */
export const measuredCore = ({ sizes, parts }: GridRun): Resources => {
  const counts = partCounts(sizes);
  return (Object.keys(counts) as CorePart[]).reduce(
    (total, part) => addResources(total, parts[part], counts[part]),
    NOTHING,
  );
};

/** Each core predicted from all the others: the largest relative errors, rounded up to a thousandth. */
export function leaveOneOut(runs: readonly GridRun[]): { readonly lut: number; readonly ff: number } {
  const errors = runs.map((run) => {
    const coefficients = fitRuns(runs.filter((other) => other !== run));
    const [predicted, measured] = [coreResources(run.sizes, coefficients), measuredCore(run)];
    return {
      lut: Math.abs(predicted.lut / measured.lut - 1),
      ff: Math.abs(predicted.ff / measured.ff - 1),
    };
  });
  const largest = (kind: 'lut' | 'ff'): number =>
    Math.ceil(1000 * Math.max(...errors.map((error) => error[kind]))) / 1000;
  return { lut: largest('lut'), ff: largest('ff') };
}

async function main(): Promise<void> {
  if (!process.argv.includes('--fit')) {
    const runs: GridRun[] = [];
    for (const point of POINTS) {
      runs.push(await measure(point));
      process.stderr.write(`${runs.length}/${POINTS.length} ${point.join(' ')}\n`);
    }
    const tool = (await runWell('yosys', ['-V'])).trim().split(' ').slice(0, 2).join(' ');
    writeFileSync(
      RESULTS,
      `{\n"schema": "sense.rtl-resources/1",\n"madeBy": "npx tsx rtl/synth/grid.ts",\n"tool": ${JSON.stringify(tool)},\n"runs": [\n${runs.map((run) => JSON.stringify(run)).join(',\n')}\n]\n}\n`,
    );
  }
  const { runs } = JSON.parse(readFileSync(RESULTS, 'utf8')) as { readonly runs: readonly GridRun[] };
  writeFileSync(
    COEFFICIENTS,
    `// Made by \`npx tsx rtl/synth/grid.ts\` from results/rtl-resources.json; do not edit.\n` +
      `export const COEFFICIENTS = ${JSON.stringify(fitRuns(runs), null, 2)};\n` +
      `/** Largest relative error of a core, fitted to all runs but itself. */\n` +
      `export const FIT_ERROR = ${JSON.stringify(leaveOneOut(runs))};\n`,
  );
}

if (process.argv[1]?.endsWith('grid.ts')) await main();
