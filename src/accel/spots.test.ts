/** SPOTS: blocks of zeros are skipped, scattered zeros are gated. */
import { expect, test } from 'vitest';
import { multipliers, peakGops } from '../arch/arch.ts';
import { run } from '../index.ts';
import { spots } from './spots.ts';

const conv4 = (rule: { kind: 'none' | 'magnitude' | 'group'; zeros: number }, activations: number) =>
  run('vgg16', { machine: spots, layers: 'conv4_2', rule, activations });

test('its array is the one of its text', () => {
  expect(multipliers(spots.arch)).toBe(512); // 128 x 4 PEs at 500 MHz, arXiv:2107.13386
  expect(peakGops(spots.arch)).toBe(512);
});

test('groups of filters that prune together halve the time; scattered zeros as many, hardly at all', () => {
  const time = (kind: 'none' | 'magnitude' | 'group'): number =>
    conv4({ kind, zeros: 0.5 }, 1).layers[0]!.computeCycles;
  expect(time('none') / time('group')).toBeCloseTo(2, 1);
  expect(time('none') / time('magnitude')).toBeLessThan(1.01); // 128 filters are never all zero by chance
});

test('ifmap zeros save the time of patches that are all zero, and energy beyond that', () => {
  const [dense, thin] = [1, 0.4].map((density) => conv4({ kind: 'none', zeros: 0 }, density));
  // Four patches at random: 0.6^4 = 13 % of blocks are empty; channels differ, so rather more.
  const saved = 1 - thin!.layers[0]!.computeCycles / dense!.layers[0]!.computeCycles;
  expect(saved).toBeGreaterThan(0.13);
  expect(saved).toBeLessThan(0.4);
  expect(thin!.totals.energyPj.mac / dense!.totals.energyPj.mac).toBeCloseTo(0.4, 1);
});
