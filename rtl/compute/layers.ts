/** Random layers for the compute core: every kind of convolution and fully connected layer, at every density. */
import fc from 'fast-check';
import type { LayerWork } from '../../src/model/work.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../../src/tensor/conv.ts';
import type { ByteData } from '../../src/tensor/tensor.ts';
import { anyConv, randomWork, share } from '../random-work.ts';

const operands = {
  densities: fc.record({ ifmap: share, weight: share }),
  seed: fc.integer({ min: 0, max: 1e6 }),
  signed: fc.boolean(),
};
const between = (min: number, max: number) => fc.integer({ min, max });

/** Odd shapes: kernels, strides and pads that differ both ways, dilation, groups. */
const oddConvolution: fc.Arbitrary<LayerWork> = fc
  .record({ conv: anyConv, batch: fc.constantFrom(1, 1, 3), ...operands })
  .map(({ conv, densities, ...rest }) => randomWork(conv, densities, rest));

/** Shapes as networks have them: square kernels to 11, strides of 1, 2 and 4, one to hundreds of channels. */
const usualConv: fc.Arbitrary<ConvShape> = fc
  .record({
    ...{ kernel: fc.constantFrom(1, 3, 5, 7, 11), stride: fc.constantFrom(1, 2, 4) },
    ...{ pad: fc.boolean(), groups: fc.constantFrom(1, 1, 1, 2) },
    sizes: fc.oneof(
      { weight: 2, arbitrary: fc.record({ C: between(1, 8), K: between(1, 12), H: between(5, 19) }) },
      { weight: 1, arbitrary: fc.record({ C: between(100, 300), K: between(1, 6), H: between(1, 5) }) },
    ),
  })
  .map(({ kernel, stride, pad, groups, sizes: { C, K, H } }): ConvShape => {
    const around = pad ? (kernel - 1) / 2 : 0;
    return {
      ...{ C: C * groups, K: K * groups, H, W: H + 1, R: kernel, S: kernel, groups },
      ...{ stride: [stride, stride], pad: [around, around, around, around], dilation: [1, 1] },
    };
  })
  .filter((conv) => ofmapHeight(conv) >= 1 && ofmapWidth(conv) >= 1);

/** Where all of something is zero: the first quarter of the ifmaps, every other channel, every other kernel. */
type Hollow = 'nothing' | 'tiles' | 'channels' | 'kernels';

const usualConvolution: fc.Arbitrary<LayerWork> = fc
  .record({
    ...{ conv: usualConv, batch: fc.constantFrom(1, 1, 2), ...operands },
    hollow: fc.constantFrom<Hollow>('nothing', 'nothing', 'tiles', 'channels', 'kernels'),
  })
  .map(({ conv, densities, hollow, ...rest }) => hollowed(randomWork(conv, densities, rest), hollow));

function hollowed(work: LayerWork, hollow: Hollow): LayerWork {
  const { H, W, R, S } = work.conv;
  const cleared = <T extends ByteData>(values: T, where: (i: number) => boolean): T =>
    values.map((value, i) => (where(i) ? 0 : value)) as T;
  const corner = (i: number): boolean => Math.floor(i / W) % H < H / 2 && i % W < W / 2;
  const evenChannel = (i: number): boolean => Math.floor(i / (H * W)) % 2 === 0;
  const evenKernel = (i: number): boolean => Math.floor(i / (R * S)) % 2 === 0;
  if (hollow === 'nothing') return work;
  if (hollow === 'kernels')
    return { ...work, weight: { ...work.weight, data: cleared(work.weight.data, evenKernel) } };
  const where = hollow === 'tiles' ? corner : evenChannel;
  return { ...work, ifmaps: work.ifmaps.map((ifmap) => cleared(ifmap, where)) };
}

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
  { weight: 2, arbitrary: oddConvolution },
  { weight: 2, arbitrary: usualConvolution },
  { weight: 1, arbitrary: fullyConnected },
);
