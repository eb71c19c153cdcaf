/** Random layers for the compute core: every kind of convolution and fully connected layer, at every density. */
import fc from 'fast-check';
import type { LayerWork } from '../../src/model/work.ts';
import { anyConv, randomWork, share } from '../random-work.ts';

const operands = {
  densities: fc.record({ ifmap: share, weight: share }),
  seed: fc.integer({ min: 0, max: 1e6 }),
  signed: fc.boolean(),
};

const convolution: fc.Arbitrary<LayerWork> = fc
  .record({ conv: anyConv, batch: fc.constantFrom(1, 1, 3), ...operands })
  .map(({ conv, densities, ...rest }) => randomWork(conv, densities, rest));

const fullyConnected: fc.Arbitrary<LayerWork> = fc
  .record({
    C: fc.integer({ min: 1, max: 120 }),
    K: fc.integer({ min: 1, max: 40 }),
    batch: fc.integer({ min: 1, max: 5 }),
    ...operands,
  })
  .map(({ C, K, densities, ...rest }) =>
    randomWork(
      { C, H: 1, W: 1, K, R: 1, S: 1, stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
      densities,
      { ...rest, op: 'fc' },
    ),
  );

/** One in five fully connected. */
export const anyLayer: fc.Arbitrary<LayerWork> = fc.oneof(
  { weight: 4, arbitrary: convolution },
  { weight: 1, arbitrary: fullyConnected },
);
