/** Random layers for property tests: every kind of convolution the machine takes, at any density. */
import fc from 'fast-check';
import type { LayerWork } from '../src/model/work.ts';
import { type ChannelOrder, ownOrder } from '../src/schedule/channel-order.ts';
import { type ConvShape, ofmapHeight, ofmapWidth, weightCount } from '../src/tensor/conv.ts';
import { type Random, seeded } from '../src/tensor/random.ts';
import type { ByteData } from '../src/tensor/tensor.ts';

export interface Densities {
  readonly ifmap: number;
  readonly weight: number;
}

/** A fully connected layer as the machine has it: one pixel under one tap. */
export const fullyConnected = (C: number, K: number): ConvShape => ({
  ...{ C, H: 1, W: 1, K, R: 1, S: 1 },
  ...{ stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
});

/** Seeded random operands for a shape. */
export function randomWork(
  conv: ConvShape,
  { ifmap, weight }: Densities,
  { seed, batch, signed, op = 'conv' }: { seed: number; batch: number; signed: boolean; op?: 'conv' | 'fc' },
): LayerWork {
  const random = seeded(seed);
  const values = (count: number, density: number, wide: boolean): ByteData => {
    const list = wide ? new Int8Array(count) : new Uint8Array(count);
    for (let i = 0; i < count; i++)
      if (random.uniform() < density)
        list[i] = wide ? random.below(127) + 1 - 2 * random.below(2) * 64 || 1 : random.below(255) + 1;
    return list;
  };
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const images = Array.from({ length: batch }, () => ({
    ifmap: values(conv.C * conv.H * conv.W, ifmap, signed),
    ofmap: values(conv.K * P * Q, 0.5, false),
  }));
  return {
    name: 'layer',
    op,
    conv,
    weight: {
      shape: [conv.K, conv.C / conv.groups, conv.R, conv.S],
      data: values(weightCount(conv), weight, true) as Int8Array,
    },
    ifmaps: images.map((image) => image.ifmap),
    ofmaps: images.map((image) => image.ofmap),
    ofmapShape: [conv.K, P, Q],
  };
}

/** Channels in an order drawn from all there are. */
export function anyOrder(channels: number, random: Random): ChannelOrder {
  const { channels: order } = ownOrder(channels);
  for (let last = channels - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return { channels: order, by: random.below(2) === 0 ? 'slice' : 'channel' };
}

/** Evenly over percents: most doubles that fast-check draws are next to 0, and layers with nothing in them all alike. */
export const share = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constant(1) },
  { weight: 17, arbitrary: fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100) },
);
const few = (most: number) => fc.integer({ min: 1, max: most });

/** Shapes a filter fits: kernels 1 to 7, strides to 4, unequal pads, dilation, groups. */
export const anyConv: fc.Arbitrary<ConvShape> = fc
  .record({
    groups: fc.constantFrom(1, 1, 1, 2, 3, 8),
    channels: few(6),
    filters: few(9),
    H: few(17),
    W: few(17),
    R: fc.constantFrom(1, 1, 2, 3, 3, 5, 7),
    S: fc.constantFrom(1, 1, 2, 3, 3, 5, 7),
    stride: fc.tuple(few(4), few(4)),
    pad: fc.tuple(
      ...([0, 0, 0, 0].map(() => fc.integer({ min: 0, max: 3 })) as [
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
      ]),
    ),
    dilation: fc.constantFrom([1, 1], [1, 1], [1, 1], [2, 2], [3, 1]) as fc.Arbitrary<[number, number]>,
  })
  .map(({ groups, channels, filters, ...rest }) => ({
    ...rest,
    groups,
    C: groups * channels,
    K: groups * filters,
  }))
  .filter((conv) => ofmapHeight(conv) >= 1 && ofmapWidth(conv) >= 1);

export const anyWork: fc.Arbitrary<LayerWork> = fc
  .record({
    conv: anyConv,
    densities: fc.record({ ifmap: share, weight: share }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    batch: fc.constantFrom(1, 1, 3),
    signed: fc.boolean(),
  })
  .map(({ conv, densities, ...rest }) => randomWork(conv, densities, rest));

export const anyFullyConnected: fc.Arbitrary<LayerWork> = fc
  .record({
    C: few(80),
    K: few(40),
    densities: fc.record({ ifmap: share, weight: share }),
    seed: fc.nat(),
    batch: few(5),
  })
  .map(({ C, K, densities, seed, batch }) =>
    randomWork(
      { C, H: 1, W: 1, K, R: 1, S: 1, stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
      densities,
      { seed, batch, signed: false, op: 'fc' },
    ),
  );
