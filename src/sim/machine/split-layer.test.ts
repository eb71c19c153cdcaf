/** Layers that are too large for the machine's tables: what they are split into has the same ofmap, byte for byte. */
import { describe, expect, test } from 'vitest';
import { fitTasks, verifyFitted } from '../../../rtl/core/verify-network.ts';
import { fullyConnected, randomWork } from '../../../rtl/random-work.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import type { ConvShape } from '../../tensor/conv.ts';
import { convReference } from '../../tensor/conv-reference.ts';
import { layerLack } from './cut.ts';
import { layerTasks } from './layer-tasks.ts';
import { machineShape } from './shape.ts';
import { filterHalves, unflattened } from './split-layer.ts';

const arch = { ...zcu102, array: { rows: 2, cols: 4 }, pe: { ...zcu102.pe, weightLanes: 1 } };
const shape = machineShape(arch);
const drawn = { seed: 9, signed: false, batch: 1 };
const unit = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
const taskOf = (conv: ConvShape, weight = 0.5) =>
  layerTasks(randomWork(conv, { ifmap: 0.5, weight }, drawn))[0]!;

describe.each([
  ['virtual channels', fullyConnected(2503, 9), 1, 835], // no multiple of 3
  ['filters', fullyConnected(7, 1030), 2, 7],
  ['words of taps', { ...unit, C: 800, K: 8, H: 4, W: 4, R: 4, S: 4 }, 2, 800],
] as const)('too many %s', (what, conv, lists, channels) => {
  const task = taskOf(conv);

  test('what it is split into fits, and holds every filter once, in order', () => {
    expect(layerLack(task.chain.layers[0]!, arch, shape)?.what).toBe(what);
    const parts = fitTasks([task], arch).map((each) => each.task);
    const layers = parts.map(({ chain }) => chain.layers[0]!);
    expect(parts).toHaveLength(lists);
    for (const layer of layers) {
      expect(layerLack(layer, arch, shape)).toBeUndefined();
      expect(layer.conv.C).toBe(channels);
    }
    expect(layers.reduce((sum, layer) => sum + layer.conv.K, 0)).toBe(conv.K);
    expect(layers.flatMap(({ multiplier }) => [...multiplier])).toEqual([
      ...task.chain.layers[0]!.multiplier,
    ]);
    expect(parts.flatMap(({ ofmaps }) => [...ofmaps[0]!])).toEqual([...task.ofmaps[0]!]);
  });

  test('the machine has every byte of the ofmap right', async () => {
    const found = await verifyFitted(fitTasks([task], arch), { arch, engines: 'stepped' });
    expect(found.map(({ wrong }) => wrong)).toEqual(new Array(lists).fill([]));
  });
});

test('unflattened, a fully connected layer has the sums that it had', () => {
  const task = taskOf(fullyConnected(13, 5));
  const sums = ({ ifmap, chain: { layers } }: typeof task): readonly number[] => [
    ...convReference(ifmap, layers[0]!.weight, layers[0]!.conv),
  ];
  for (const pixels of [1, 2, 5, 13, 20]) expect(sums(unflattened(task, pixels))).toEqual(sums(task));
});

test('filters of one block are not parted; a convolution of too many channels is still refused, by name', () => {
  expect(filterHalves(taskOf(fullyConnected(3, 4)), 4)).toBeUndefined();
  const wide = taskOf({ ...unit, C: 1100, K: 2, H: 2, W: 2, R: 1, S: 1 });
  expect(() => fitTasks([wide], arch)).toThrow(/1100 virtual channels, and its tables hold 1024/);
});
