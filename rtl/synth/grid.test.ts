import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COEFFICIENTS, FIT_ERROR } from '../../src/cost/resources-fit.gen.ts';
import { missing } from '../tool.ts';
import { countDesign } from './count.ts';
import { leastSquares } from './fit.ts';
import { fitRuns, type GridRun, leaveOneOut, measure } from './grid.ts';
import { CORE_SOURCES } from './sources.ts';
import { mapDesign } from './yosys.ts';

const { runs } = JSON.parse(
  readFileSync(new URL('../../results/rtl-resources.json', import.meta.url), 'utf8'),
) as { readonly runs: readonly GridRun[] };

test('least squares finds the line through points, and the middle where they scatter', () => {
  const line = leastSquares(
    [
      [1, 0],
      [1, 1],
      [1, 2],
    ],
    [3, 5, 7],
  );
  expect(line[0]).toBeCloseTo(3, 4);
  expect(line[1]).toBeCloseTo(2, 4);
  expect(leastSquares([[1], [1]], [2, 4])[0]).toBeCloseTo(3, 4);
});

test('the committed coefficients are the fit of the committed runs', () => {
  expect(COEFFICIENTS).toEqual(fitRuns(runs));
  expect(FIT_ERROR).toEqual(leaveOneOut(runs));
});

const skipped = missing('yosys');

test.skipIf(skipped)(
  `the recorded 4 x 4 core is what Yosys makes of today's sources ${skipped ?? ''}`,
  async () => {
    const recorded = runs.find(
      ({ sizes: { array, pe } }) =>
        array.rows === 4 &&
        array.cols === 4 &&
        pe.psumDepth === 64 &&
        pe.psumBanks === 2 &&
        pe.weightLanes === 3 &&
        pe.weightDepth === 32,
    )!;
    const again = await measure([4, 4, 64, 32, 3, 2]);
    // Other versions of Yosys map a little differently; other sources should show.
    for (const [part, { lut, ff }] of Object.entries(again.parts)) {
      const before = recorded.parts[part as keyof GridRun['parts']];
      expect(Math.abs(lut - before.lut), `LUTs of ${part}`).toBeLessThanOrEqual(5 + 0.1 * before.lut);
      expect(Math.abs(ff - before.ff), `flip-flops of ${part}`).toBeLessThanOrEqual(5 + 0.05 * before.ff);
    }
  },
);

test.skipIf(skipped)(
  `counting a PE once and four times over comes to the same ${skipped ?? ''}`,
  async () => {
    const task = { top: 'pe_array', sources: CORE_SOURCES, parameters: { ROWS: 2, COLS: 2 } };
    const [parts, flat] = [
      countDesign(await mapDesign(task)),
      countDesign(await mapDesign({ ...task, flatten: 'before' })),
    ];
    // Flat, the PEs at the edges lose what nobody reads: at most what hierarchy counts.
    expect(flat.dsp).toBe(parts.dsp);
    expect(flat.lutram).toBe(parts.lutram);
    // Mapped together, the tool may choose a little worse here and there, and shares nothing between registered parts.
    expect(flat.lut).toBeLessThan(1.02 * parts.lut);
    expect(flat.lut).toBeGreaterThan(0.85 * parts.lut);
  },
);
