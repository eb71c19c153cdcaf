/** Planes cut in two: each half, with the ifmap and the padding that are its own, has its half of the ofmap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitTasks, verifyFitted } from '../../../rtl/core/verify-network.ts';
import { anyWork, randomWork } from '../../../rtl/random-work.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { convReference } from '../../tensor/conv-reference.ts';
import { requantiseInto } from '../../tensor/requantise.ts';
import { layerTasks } from './layer-tasks.ts';
import type { NetworkTask } from './network-tasks.ts';
import { planeHalves } from './split-plane.ts';

/** What the plain convolution has for a task's only layer. */
function plainly({ chain: { layers }, ifmap }: NetworkTask): Uint8Array {
  const layer = layers[0]!;
  const sums = convReference(ifmap, layer.weight, layer.conv);
  return requantiseInto(new Uint8Array(sums.length), sums, layer);
}

test('any layer, any stride, padding and dilation: each half is what the plain convolution has for it', () => {
  let split = 0;
  fc.assert(
    fc.property(anyWork, (work) => {
      const task = layerTasks(work)[0]!;
      const { conv } = task.chain.layers[0]!;
      const parts = planeHalves(task);
      if (ofmapHeight(conv) * ofmapWidth(conv) < 2) expect(parts).toBeUndefined();
      if (!parts) return;
      split++;
      for (const part of parts) expect(plainly(part)).toEqual(part.ofmaps[0]);
      const counts = parts.map((part) => part.ofmaps[0]!.length);
      expect(counts[0]! + counts[1]!).toBe(task.ofmaps[0]!.length);
    }),
    { numRuns: 200 },
  );
  expect(split).toBeGreaterThan(100);
});

test('a plane wider than the lanes of the ofmap runs in parts, every byte right; pooled, it is refused', async () => {
  const arch = { ...zcu102, array: { rows: 2, cols: 4 } };
  const plain = { stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], groups: 1, R: 3, S: 3 } as const;
  const wide = { ...plain, C: 3, K: 4, H: 3, W: 1100 };
  const work = randomWork(wide, { ifmap: 0.4, weight: 0.5 }, { seed: 2, signed: false, batch: 1 });
  const [task] = layerTasks(work);
  const parts = fitTasks([task!], arch);
  expect(parts.length).toBeGreaterThan(1);
  const found = await verifyFitted(parts, { arch, engines: 'stepped' });
  expect(found.flatMap(({ wrong }) => wrong)).toEqual([]);

  const pool = { kernel: 1, stride: 1, pad: [0, 0], to: [3, 1100] } as const;
  const pooled = { ...task!, chain: { ...task!.chain, layers: [{ ...task!.chain.layers[0]!, pool }] } };
  expect(() => fitTasks([pooled], arch)).toThrow('no way to cut these layers fits the machine');
});
