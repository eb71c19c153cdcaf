/** Layers as tasks of their own: every group, every stretch, and what each of them took of the run. */
import { expect, test } from 'vitest';
import { fitTasks, verifyFitted } from '../../../rtl/core/verify-network.ts';
import { randomWork } from '../../../rtl/random-work.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { convReference } from '../../tensor/conv-reference.ts';
import { layerTasks, singly, stretches } from './layer-tasks.ts';
import type { NetworkTask } from './network-tasks.ts';
import { byKind } from './shape.ts';

const arch = { ...zcu102, array: { rows: 2, cols: 2 } };
const plain = { H: 6, W: 6, R: 3, S: 3, stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1] } as const;
const drawn = { seed: 5, signed: false };
const grouped = () =>
  randomWork({ ...plain, C: 4, K: 6, groups: 2 }, { ifmap: 0.5, weight: 0.5 }, { ...drawn, batch: 2 });

/** Two layers in a row: the second reads what the first writes. */
function chain(): NetworkTask {
  const shape = { ...plain, C: 3, K: 3, groups: 1 };
  const [first] = layerTasks(randomWork(shape, { ifmap: 0.6, weight: 0.6 }, { ...drawn, batch: 1 }));
  const { weight } = randomWork(shape, { ifmap: 0, weight: 0.7 }, { ...drawn, seed: 6, batch: 1 });
  const ofmap = first!.ofmaps[0]!;
  const [second] = layerTasks({
    ...{
      name: 'second',
      op: 'conv',
      conv: shape,
      weight,
      ifmaps: [ofmap],
      ofmaps: [],
      ofmapShape: [3, 6, 6],
    },
  });
  return {
    chain: {
      layers: [...first!.chain.layers, ...second!.chain.layers],
      ...{ input: 'x', values: ['layer', 'second'] },
    },
    ifmap: first!.ifmap,
    ofmaps: [ofmap, second!.ofmaps[0]!],
  };
}

test('a work is a task an image, its largest sum 255', () => {
  const work = grouped();
  for (const [i, { ifmap, ofmaps }] of layerTasks(work).entries()) {
    expect(ifmap).toBe(work.ifmaps[i]);
    const sums = convReference(ifmap, work.weight.data, work.conv);
    const [most, at] = sums.reduce(
      ([best, where], sum, j) => (sum > best ? [sum, j] : [best, where]),
      [0, 0],
    );
    expect(most).toBeGreaterThan(255);
    expect(ofmaps[0]![at]).toBe(255);
    expect(Math.max(...ofmaps[0]!)).toBe(255);
  }
});

test('groups, which the machine has not, run one after another, and every byte is right', async () => {
  const order = { channels: Int32Array.of(1, 0, 3, 2), by: 'slice' } as const; // of two groups
  const tasks = fitTasks(layerTasks({ ...grouped(), order }), arch);
  expect(tasks).toHaveLength(4);
  for (const { task } of tasks) expect(task.chain.layers[0]!.order?.channels).toEqual(Int32Array.of(1, 0));
  const found = await verifyFitted(tasks, { arch, engines: 'stepped' });
  expect(found.map(({ wrong }) => wrong)).toEqual([[], [], [], []]);
});

test('shares of the layers add up to the run, and a wrong byte is seen', async () => {
  const task = chain();
  const [found] = await verifyFitted(fitTasks([task], arch), { arch, engines: 'stepped' });
  const { run, shares, wrong } = found!;
  expect(wrong).toEqual([]);
  expect(shares).toHaveLength(2);
  expect(shares.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(run.cycles);
  for (const port of [0, 1, 2])
    expect(shares.reduce((sum, { beatsRead }) => sum + beatsRead[port]!, 0)).toBe(
      byKind(run.beatsRead)[port],
    );
  for (const { cycles, beatsRead, beatsWritten } of shares)
    for (const count of [cycles, ...beatsRead, beatsWritten]) expect(count).toBeGreaterThan(0);
  const bent = task.ofmaps[1]!.slice();
  bent[7]! ^= 1;
  const [seen] = await verifyFitted(fitTasks([{ ...task, ofmaps: [task.ofmaps[0]!, bent] }], arch), {
    ...{ arch, engines: 'stepped' as const },
  });
  expect(seen!.wrong).toEqual(['second']);
});

test('stretches keep what lies between the wanted layers', () => {
  const task = chain();
  expect(stretches(task, () => true)).toEqual([task]);
  expect(stretches(task, () => false)).toEqual([]);
  const [second] = stretches(task, (name) => name === 'second');
  expect([second!.ifmap, second!.ofmaps]).toEqual([task.ofmaps[0], [task.ofmaps[1]]]);
  expect(singly(task).map(({ chain: { input, values } }) => [input, values])).toEqual([
    ['x', ['layer']],
    ['layer', ['second']],
  ]);
});
