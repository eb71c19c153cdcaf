/** Units of weights: a block that does not fit its memory comes in chunks, each fetched as long as the longest. */
import { expect, test } from 'vitest';
import { fullyConnected, randomWork } from '../../../rtl/random-work.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { compileNetwork } from './compile.ts';
import { groupsBeats } from './cut.ts';
import { layerTasks } from './layer-tasks.ts';
import { machineShape } from './shape.ts';
import { packWeights } from './weights.ts';

const arch = {
  ...zcu102,
  array: { rows: 8, cols: 8 },
  buffers: { ...zcu102.buffers, weightBytes: 8 * 1024 },
};
test.each([1000, 1300, 1777, 2048])('chunks of %i inputs waste no more than the last of them lacks', (C) => {
  const work = randomWork(
    fullyConnected(C, 16),
    { ifmap: 0.5, weight: 0.9 },
    { seed: 3, signed: false, batch: 1 },
  );
  const { layers } = compileNetwork(layerTasks(work)[0]!.chain.layers, arch);
  const cut = layers[0]!;
  const { weightBeats } = machineShape(arch);
  const whole = groupsBeats(cut, [0, cut.groups], arch);
  const least = Math.ceil(whole / weightBeats);
  const { chunks, blockBeats } = packWeights(cut, arch);
  expect(chunks).toBe(least);
  expect(chunks).toBeGreaterThan(1);
  expect(blockBeats).toBeLessThanOrEqual(weightBeats);
  // A group more in some chunks than in others, and a beat more for where words end.
  expect(chunks * blockBeats - whole).toBeLessThanOrEqual(chunks * (groupsBeats(cut, [0, 1], arch) + 1));
});
