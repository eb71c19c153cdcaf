/** Cambricon-S's closed form, held to the same selections written with plain sets, and what block pruning buys it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFullyConnected, anyWork, randomWork } from '../../rtl/random-work.ts';
import { plainFilters, plainWindows } from '../../test/fixtures/plain-windows.ts';
import { denseBlockCycles } from '../cost/shared-index.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import { applyRule } from '../prune/index.ts';
import { operandsOf } from '../schedule/schedule.ts';
import { cambriconS } from './cambricon-s.ts';

const arch = { ...cambriconS.arch, array: { rows: 4, cols: 4 } };
const anyLayer = fc.oneof({ weight: 4, arbitrary: anyWork }, { weight: 1, arbitrary: anyFullyConnected });

/** Four values a cycle out of those that are not zero where any filter of a block of four keeps a tap; 64 looked at. */
function plainCycles(given: LayerWork): number {
  const { conv, ifmaps } = operandsOf(given);
  const work: LayerWork = { ...given, conv, ifmaps };
  const perGroup = conv.K / conv.groups;
  const filters = plainFilters(work);
  const scan = Math.ceil(((conv.C / conv.groups) * conv.R * conv.S) / 64);
  let cycles = 0;
  for (const [group, windows] of plainWindows(work).entries())
    for (let first = 0; first < perGroup; first += 4) {
      const kept = new Set(
        filters.slice(group * perGroup + first, group * perGroup + Math.min(perGroup, first + 4)).flat(),
      );
      for (const places of windows)
        cycles += Math.max(scan, Math.ceil(places.filter((place) => kept.has(place)).length / 4));
    }
  return cycles;
}

test('takes as many cycles as the selections written with plain sets', () => {
  fc.assert(
    fc.property(anyLayer, (work) => {
      expect(cambriconS.cost(work, arch).computeCycles).toBe(plainCycles(work));
    }),
    { numRuns: 60 },
  );
});

const conv = {
  C: 64,
  H: 14,
  W: 14,
  K: 64,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
} as const;

const gain = (rule: SparsityRule): number => {
  const work = randomWork(conv, { ifmap: 0.5, weight: 1 }, { seed: 1, batch: 1, signed: false });
  applyRule(work.weight.data, conv, rule);
  const { computeCycles } = cambriconS.cost(work, cambriconS.arch);
  return denseBlockCycles(work, cambriconS.arch) / computeCycles;
};

test('half of the values zero and half of the taps pruned in its own blocks make it nearly four times as fast', () => {
  expect(gain(cambriconS.rule(0.5, cambriconS.arch))).toBeGreaterThan(3.8);
  expect(gain(cambriconS.rule(0.5, cambriconS.arch))).toBeLessThan(4.1);
});

test('zeros that lie anywhere are of no use to it: sixteen filters keep nearly every tap between them', () => {
  const anywhere = gain({ ...cambriconS.rule(0.5, cambriconS.arch), kind: 'magnitude' });
  expect(anywhere).toBeGreaterThan(1.9);
  expect(anywhere).toBeLessThan(2.1);
});
