/** SCNN held to its published speed-ups over its dense twin, at the densities of the pruned networks it ran. */
import { describe, expect, test } from 'vitest';
import { randomWork } from '../../rtl/random-work.ts';
import {
  type PrunedLayer,
  prunedDensities,
  prunedInception,
  prunedWorks,
} from '../../test/fixtures/pruned-zoo.ts';
import { planarDotProductCycles } from '../cost/planar-dot-product.ts';
import { scnn } from './scnn.ts';

/** Conv layers only, DRAM left out on both sides. */
function gain(network: string, densities: (layer: string) => PrunedLayer | undefined): number {
  let [sparse, dense] = [0, 0];
  for (const work of prunedWorks(network, densities)) {
    sparse += scnn.cost(work, scnn.arch).computeCycles;
    dense += planarDotProductCycles(work.op, work.conv, scnn.arch, 1);
  }
  return dense / sparse;
}

const published = (network: string): number =>
  scnn.published.find((claim) => claim.network === network && claim.unit === 'x')!.value;

describe('speed-up over the dense twin', () => {
  test.each([
    ['alexnet', (layer: string) => prunedDensities.alexnet![layer]],
    ['vgg16', (layer: string) => prunedDensities.vgg16![layer]],
    ['googlenet', prunedInception],
  ])('of %s, pruned, is within 15 percent of the published one', (network, densities) => {
    expect(Math.abs(gain(network, densities) / published(network) - 1)).toBeLessThan(0.15);
  });

  const inceptions =
    (density: number) =>
    (layer: string): PrunedLayer | undefined =>
      layer.startsWith('inception') ? { weight: density, ifmap: density } : undefined;

  test('of GoogLeNet passes 1 near densities of 0.85', () => {
    // Parashar et al., ISCA 2017, sensitivity to density: weights and ifmaps alike, inception modules; 0.85.
    expect(gain('googlenet', inceptions(0.9))).toBeLessThan(1);
    expect(gain('googlenet', inceptions(0.75))).toBeGreaterThan(1);
  });

  test('of GoogLeNet without any zero is a loss, as published', () => {
    // The same figure, from memory: 0.79 where nothing is zero.
    expect(Math.abs(gain('googlenet', inceptions(1)) / 0.79 - 1)).toBeLessThan(0.15);
  });
});

test('a dense fully connected layer runs at a quarter of peak', () => {
  const conv = {
    C: 512,
    H: 1,
    W: 1,
    K: 1024,
    R: 1,
    S: 1,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const work = randomWork(conv, { ifmap: 1, weight: 1 }, { seed: 1, batch: 1, signed: false, op: 'fc' });
  const { computeCycles, macsEffectual } = scnn.cost(work, scnn.arch);
  expect(macsEffectual / (computeCycles * 1024)).toBeCloseTo(0.25, 2);
});
