/** The closed form over waves: against sums done by hand; the sequencer's own test holds it to that, on time and late. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProgram, timed } from '../../../rtl/blocks/sequencer-rows.ts';
import type { Arch } from '../../arch/arch.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { type TimedWave, wavesTime, waveTimes } from './wave-time.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };
const wave = (slots: readonly number[], words: number, psums = 0, psumBank = 0): TimedWave => ({
  ...{ slots, words, psums, psumBank, endsTile: psums > 0 },
});

test('a row that has little to do goes on to the next wave, and waits for none but its weights', () => {
  const waves = [wave([30, 4, 4, 4], 10), wave([4, 30, 4, 4], 10, 16)];
  // Loads take 10 + 2 each. Row 0 is done after 12 + 32 + 6, row 1 after 24 + 32: known at once, for rows say so ahead.
  const [first, second] = waveTimes(waves, 2, arch);
  expect(first).toEqual({ load: 0, announced: 12, over: 12 + 32, drained: undefined });
  expect(second).toEqual({ load: 12, announced: 24, over: 24 + 32, drained: 56 + 16 + 2 });
  expect(wavesTime(waves, 2, arch)).toBe(74);
});

test('a third wave waits for the first one where there are two banks of weights, and for nothing where there are four', () => {
  const waves = [wave([60, 0, 0, 0], 4), wave([0, 60, 0, 0], 4), wave([0, 0, 60, 0], 4, 16)];
  const loads = (banks: number) => waveTimes(waves, banks, arch).map(({ load }) => load);
  expect(loads(2)).toEqual([0, 6, 6 + 62 + 2]);
  expect(loads(4)).toEqual([0, 6, 12]);
});

test('a tile drains under the next one, and the tile after that waits for its bank', () => {
  const tiles = (banks: 1 | 2) => [0, 1, 2].map((t) => wave([4, 4, 4, 4], 2, 50, t % banks));
  const times = (banks: 1 | 2) => waveTimes(tiles(banks), 8, arch);
  expect(times(2).map(({ announced }) => announced)).toEqual([4, 8, times(2)[0]!.drained]);
  expect(times(1).map(({ announced }) => announced)).toEqual([4, times(1)[0]!.drained, times(1)[1]!.drained]);
});

test('more banks, less work and shorter loads never take longer', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(1, 2), fc.nat(), (seed, psumBanks, which) => {
      const waves = timed(randomProgram(seed, psumBanks as 1 | 2));
      const time = (list: readonly TimedWave[], banks: number, machine: Arch = arch): number =>
        wavesTime(list, banks, machine);
      const at = which % waves.length;
      const eased = waves.with(at, { ...waves[at]!, words: 0, slots: [0, 0, 0, 0] });
      expect(time(waves, 4)).toBeLessThanOrEqual(time(waves, 2));
      expect(time(eased, 4)).toBeLessThanOrEqual(time(waves, 4));
    }),
    { numRuns: 300 },
  );
});
