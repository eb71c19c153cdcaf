import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { presets } from '../arch/presets.ts';
import {
  addResources,
  type CorePart,
  type CoreSizes,
  coreResources,
  fits,
  NOTHING,
  partCounts,
  partResources,
  type Resources,
  XCZU9EG,
} from './resources.ts';
import { FIT_ERROR } from './resources-fit.gen.ts';

interface Run {
  readonly sizes: CoreSizes;
  readonly parts: Readonly<Record<CorePart, Resources>>;
}

// Yosys on the SystemVerilog; the file names the command and the version.
const { runs } = JSON.parse(
  readFileSync(new URL('../../results/rtl-resources.json', import.meta.url), 'utf8'),
) as { readonly runs: readonly Run[] };

const title = ({ sizes: { array, pe } }: Run): string =>
  `${array.rows} x ${array.cols}, ${pe.psumBanks} x ${pe.psumDepth} psums, ${pe.weightDepth} taps in ${pe.weightLanes} lanes`;

describe.each(runs.map((run) => [title(run), run] as const))('%s', (_, { sizes, parts }) => {
  const counts = partCounts(sizes);
  const measured = (Object.keys(counts) as CorePart[]).reduce(
    (sum, part) => addResources(sum, parts[part], counts[part]),
    NOTHING,
  );
  const closed = coreResources(sizes);

  test('memories and multipliers are exact', () => {
    for (const part of Object.keys(counts) as CorePart[]) {
      const { lutram, dsp, bram36 } = partResources(part, sizes);
      expect({ part, lutram, dsp, bram36 }).toEqual({
        part,
        lutram: parts[part].lutram,
        dsp: parts[part].dsp,
        bram36: parts[part].bram36,
      });
    }
  });

  test('LUTs and flip-flops are within the stated error', () => {
    expect(Math.abs(closed.lut / measured.lut - 1)).toBeLessThanOrEqual(FIT_ERROR.lut);
    expect(Math.abs(closed.ff / measured.ff - 1)).toBeLessThanOrEqual(FIT_ERROR.ff);
  });
});

test('the stated error is small enough to choose by', () => {
  expect(FIT_ERROR.lut).toBeLessThan(0.1);
  expect(FIT_ERROR.ff).toBeLessThan(0.1);
});

test('a wider array never takes less', () => {
  const [arch] = presets as [(typeof presets)[number]];
  const wider: CoreSizes = { ...arch, array: { rows: arch.array.rows, cols: 2 * arch.array.cols } };
  const base = coreResources(arch);
  for (const kind of ['lut', 'lutram', 'ff', 'dsp', 'bram36'] as const)
    expect(coreResources(wider)[kind]).toBeGreaterThanOrEqual(base[kind]);
});

test('two banks of psums a PE in block RAM are more than the device has; one bank fits', () => {
  const deep = presets.find(({ name }) => name === 'zcu102-bram')!;
  const twoBanks = { ...deep, pe: { ...deep.pe, psumBanks: 2 as const } };
  expect(coreResources(twoBanks).bram36).toBe(1024);
  expect(fits(coreResources(twoBanks), XCZU9EG)).toBe(false);
  expect(fits(coreResources(deep), XCZU9EG)).toBe(true);
});

test('a design fits when every resource does', () => {
  expect(fits(NOTHING, XCZU9EG)).toBe(true);
  expect(fits({ ...NOTHING, dsp: XCZU9EG.dsp }, XCZU9EG)).toBe(true);
  expect(fits({ ...NOTHING, bram36: XCZU9EG.bram36 + 0.5 }, XCZU9EG)).toBe(false);
});
