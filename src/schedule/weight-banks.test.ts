import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { zcu102Bram } from '../arch/presets/zcu102-bram.ts';
import { wavesApart, weightBanks } from './weight-banks.ts';

test('small kernels leave room for more waves, the largest for two', () => {
  const banks = (taps: readonly number[], pe = zcu102.pe) => taps.map((most) => weightBanks(most, pe));
  expect(banks([0, 1, 4, 5, 10, 11, 22, 23, 32])).toEqual([8, 8, 8, 8, 8, 4, 4, 2, 2]);
  // Four lanes: 9 words -> 16, twice.
  expect(banks([1, 5, 13, 14, 29, 30, 32], zcu102Bram.pe)).toEqual([8, 8, 8, 4, 4, 2, 2]);
});

test('in lock-step rows are in one wave', () => {
  expect(wavesApart(9, { ...zcu102, pace: 'lock-step' })).toBe(1);
  expect(wavesApart(9, zcu102)).toBe(8);
});
