/** SparTen's closed form, held to the same joins written with plain sets, and to what its paper says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFullyConnected, anyWork } from '../../rtl/random-work.ts';
import { common, plainFilters, plainWindows } from '../../test/fixtures/plain-windows.ts';
import { prunedDensities, prunedWorks } from '../../test/fixtures/pruned-zoo.ts';
import { denseJoinCycles, filterTurns, innerJoinCost, type Turn } from '../cost/inner-join.ts';
import { CHUNK_WORDS, filterMasks, windowShape } from '../cost/window-masks.ts';
import type { LayerWork } from '../model/work.ts';
import { operandsOf } from '../schedule/schedule.ts';
import { seeded } from '../tensor/random.ts';
import { sparten } from './sparten.ts';

const arch = { ...sparten.arch, array: { rows: 4, cols: 4 } };
const anyLayer = fc.oneof({ weight: 4, arbitrary: anyWork }, { weight: 1, arbitrary: anyFullyConnected });

const turnsOf = ({ weight, conv }: LayerWork, balance: 'none' | 'greedy'): readonly Turn[] => {
  const masks = filterMasks(weight.data, conv, windowShape(conv, CHUNK_WORDS));
  return filterTurns(masks, conv, { units: arch.array.cols, balance });
};

/** Chunk after chunk of 128 places, each as long as its slowest unit; tasks dealt to the clusters in equal runs. */
function plainCycles(given: LayerWork): number {
  const { conv, ifmaps } = operandsOf(given);
  const work: LayerWork = { ...given, conv, ifmaps };
  const filters = plainFilters(work);
  const turns = turnsOf(work, 'greedy');
  const windows = plainWindows(work);
  const chunks = Math.ceil(((conv.C / conv.groups) * conv.R * conv.S) / 128);
  const times: number[] = [];
  for (let position = 0; position < windows[0]!.length; position++)
    for (const { channelGroup, units } of turns) {
      const places = windows[channelGroup]![position]!;
      let time = 0;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const inChunk = (place: number): boolean => Math.floor(place / 128) === chunk;
        const unit = (mine: readonly number[]): number =>
          mine.reduce((sum, k) => sum + common(places, filters[k]!, inChunk), 0);
        time += Math.max(1, ...units.map(unit));
      }
      times.push(time);
    }
  const clusters = [0, 0, 0, 0];
  times.forEach((time, task) => {
    clusters[Math.floor((task * 4) / times.length)]! += time;
  });
  return Math.max(...clusters);
}

test('takes as many cycles as the joins written with plain sets', () => {
  fc.assert(
    fc.property(anyLayer, (work) => {
      expect(sparten.cost(work, arch).computeCycles).toBe(plainCycles(work));
    }),
    { numRuns: 60 },
  );
});

test('every filter is on one unit once, densest beside sparsest', () => {
  fc.assert(
    fc.property(anyLayer, (work) => {
      const turns = turnsOf(work, 'greedy');
      const all = turns.flatMap(({ units }) => units.flat());
      expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: work.conv.K }, (_, k) => k));
    }),
  );
});

describe('at the densities of pruned networks', () => {
  const layer = (network: string, name: string): LayerWork =>
    [...prunedWorks(network, (each) => (each === name ? prunedDensities[network]![name] : undefined))][0]!;

  test('greedy balancing saves time where filters differ in density, and takes none of the pairs away', () => {
    const work = layer('alexnet', 'conv3');
    const random = seeded(1);
    const perFilter = work.weight.data.length / work.conv.K;
    const data = work.weight.data.map((w, i) =>
      random.uniform() * work.conv.K < Math.floor(i / perFilter) ? 0 : w,
    );
    const graded = { ...work, weight: { ...work.weight, data } };
    const [greedy, plain] = (['greedy', 'none'] as const).map((balance) =>
      innerJoinCost(graded, sparten.arch, balance),
    );
    expect(greedy!.computeCycles).toBeLessThan(0.9 * plain!.computeCycles);
    expect(greedy!.macsEffectual).toBe(plain!.macsEffectual);
  });

  test('AlexNet conv3 to conv5 gain as its paper says networks do', () => {
    // MICRO 2019, abstract: 4.7 times the dense machine, in the mean of AlexNet, GoogLeNet and VGG layers.
    let [sparse, dense] = [0, 0];
    for (const name of ['conv3', 'conv4', 'conv5']) {
      const work = layer('alexnet', name);
      sparse += sparten.cost(work, sparten.arch).computeCycles;
      dense += denseJoinCycles(work, sparten.arch);
    }
    expect(dense / sparse).toBeGreaterThan(3.5);
    expect(dense / sparse).toBeLessThan(6);
  });
});
