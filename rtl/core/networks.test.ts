/** The networks drawn for `sense rtl verify --whole`: every kernel and stride, pools, pads, slow memories, chains. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyNetwork, type MachineCase } from './networks.ts';

const drawn = fc.sample(fc.noBias(anyNetwork), { numRuns: 200, seed: 1 });
const convs = drawn.flatMap(({ layers }) => layers.map(({ conv }) => conv));

const kinds: Readonly<Record<string, (network: MachineCase) => boolean>> = {
  'three layers': ({ layers }) => layers.length === 3,
  'a fully connected layer behind a convolution': ({ layers }) =>
    layers.some(({ conv }, i) => i > 0 && conv.H * conv.W === 1 && layers[i - 1]!.conv.H > 1),
  'a pool': ({ layers }) => layers.some(({ pool }) => pool !== undefined),
  padding: ({ layers }) => layers.some(({ conv }) => conv.pad[0] > 0),
  'a signed ifmap': ({ ifmap }) => ifmap instanceof Int8Array,
  'an ifmap of zeros': ({ ifmap }) => ifmap.every((value) => value === 0),
  'weights of zeros': ({ layers }) => layers.some(({ weight }) => weight.every((value) => value === 0)),
  'a memory with latency and stalls': ({ timing }) => timing.latency > 0 && timing.stall > 0,
};

describe('among 200 networks there is', () => {
  test.each(Object.keys(kinds))('%s', (kind) => expect(drawn.some(kinds[kind]!)).toBe(true));

  test.each([1, 2, 3, 5, 7, 11])('a kernel of %i rows, and one of as many columns', (size) => {
    expect(convs.some(({ R }) => R === size)).toBe(true);
    expect(convs.some(({ S }) => S === size)).toBe(true);
  });

  test.each([1, 2, 4])('a stride of %i in a layer that reads what another wrote', (stride) => {
    expect(
      drawn.some(({ layers }) => layers.slice(1).some(({ conv }) => conv.stride[0] === stride && conv.H > 1)),
    ).toBe(true);
  });
});
