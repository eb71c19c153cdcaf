/** The layers drawn for `sense rtl verify`: all kinds that are promised are among the 200 of its default. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { planLayer } from '../../src/plan/plan-layer.ts';
import type { ByteData } from '../../src/tensor/tensor.ts';
import { anyLayer } from './layers.ts';

const drawn = fc.sample(fc.noBias(anyLayer), { numRuns: 200, seed: 1 });
const convs = drawn.filter(({ op }) => op === 'conv');

const density = (values: ByteData): number => values.filter((value) => value !== 0).length / values.length;
/** Whether a stretch of so many values is all zero in operands that are not. */
const hasEmpty = (values: ByteData, length: number): boolean =>
  density(values) > 0.2 &&
  Array.from({ length: values.length / length }, (_, i) =>
    values.subarray(i * length, (i + 1) * length),
  ).some((stretch) => stretch.every((value) => value === 0));

const kinds: Readonly<Record<string, (work: LayerWork) => boolean>> = {
  'an odd kernel, not square': ({ conv }) => conv.R !== conv.S,
  padding: ({ conv }) => conv.pad.some((pad) => pad > 0),
  'no padding': ({ conv }) => conv.pad.every((pad) => pad === 0),
  groups: ({ conv }) => conv.groups > 1,
  dilation: ({ conv }) => conv.dilation.some((step) => step > 1),
  'one channel': ({ conv }) => conv.C === 1,
  'hundreds of channels': ({ conv }) => conv.C >= 200,
  'a batch': ({ ifmaps }) => ifmaps.length > 1,
  'signed ifmaps': ({ ifmaps }) => ifmaps[0] instanceof Int8Array,
  'an ifmap of zeros': ({ ifmaps }) => ifmaps.every((ifmap) => density(ifmap) === 0),
  'an ifmap without zeros': ({ ifmaps }) => ifmaps.every((ifmap) => density(ifmap) === 1),
  'weights of zeros': ({ weight }) => density(weight.data) === 0,
  'weights without zeros': ({ weight }) => density(weight.data) === 1,
  'a channel of zeros': ({ conv, ifmaps }) => conv.H * conv.W > 9 && hasEmpty(ifmaps[0]!, conv.H * conv.W),
  'a kernel of zeros': ({ conv, weight }) => conv.R * conv.S > 8 && hasEmpty(weight.data, conv.R * conv.S),
  'a corner of zeros': ({ conv, ifmaps }) => {
    const corner = ifmaps[0]!.filter((_, i) => Math.floor(i / conv.W) % conv.H < 3 && i % conv.W < 3);
    return conv.H > 5 && density(ifmaps[0]!) > 0.2 && density(corner) === 0;
  },
};

describe('among 200 layers there is', () => {
  test.each(Object.keys(kinds))('%s', (kind) => expect(convs.some(kinds[kind]!)).toBe(true));

  test.each([1, 3, 5, 7, 11])('a square kernel of %i with stride 1, 2 and 4', (kernel) => {
    const strides = convs
      .filter(({ conv }) => conv.R === kernel && conv.S === kernel && conv.stride[0] === conv.stride[1])
      .map(({ conv }) => conv.stride[0]);
    for (const stride of [1, 2, 4]) expect(strides).toContain(stride);
  });

  test('fully connected layers, alone and in a batch', () => {
    const batches = drawn.filter(({ op }) => op === 'fc').map(({ ifmaps }) => ifmaps.length);
    for (const batch of [1, 5]) expect(batches).toContain(batch);
  });
});

test.each([2, 8, 32])(
  'every one of them has a plan on %i rows and as many columns',
  (size) => {
    const arch = { ...zcu102, array: { rows: size, cols: size } };
    for (const work of drawn) expect(planLayer(work, arch).counts).toBeDefined();
  },
  180_000,
);
