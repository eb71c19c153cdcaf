/** FESA: what patterns gain, and where they gain nothing. */
import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { run } from '../index.ts';
import { fesa } from './fesa.ts';

const compute = (network: string, layers: string, zeros: number): number =>
  run(network, {
    machine: fesa,
    layers,
    rule: zeros === 0 ? { kind: 'none', zeros } : { kind: fesa.rule(zeros, zcu102).kind, zeros },
  }).layers.reduce((sum, layer) => sum + layer.computeCycles, 0);

test('3x3 layers take the time of their patterns: half of the taps, half of the time', () => {
  expect(compute('vgg16', 'conv4_2', 0) / compute('vgg16', 'conv4_2', 0.5)).toBeCloseTo(2, 3);
});

test('1x1, 5x5 and 11x11 layers gain nothing', () => {
  expect(compute('resnet50', 'res3b_branch2a', 0.5)).toBe(compute('resnet50', 'res3b_branch2a', 0));
  for (const layer of ['conv1', 'conv2'])
    expect(compute('alexnet', layer, 0.5)).toBe(compute('alexnet', layer, 0));
});

test('zeros of ifmaps gain nothing', () => {
  const cycles = (activations: number): number =>
    run('vgg16', { machine: fesa, layers: 'conv4_2', activations }).totals.cycles;
  expect(cycles(0.2)).toBe(cycles(1));
});
