/** Orders of channels: by work, within their groups, whole planes together; and what work is. */
import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { inOrder, isOrder, orderByWork, ownOrder, planesInOrder } from './channel-order.ts';
import { channelWork } from './channel-work.ts';

const order = (work: readonly number[], of = {}): readonly number[] => [
  ...orderByWork(Float64Array.from(work), { groups: 1, pixels: 1, ...of }),
];

test('most work first, ties by channel', () => {
  expect(order([3, 9, 3, 0, 7])).toEqual([1, 4, 0, 2, 3]);
});

test('channels stay in their group', () => {
  expect(order([1, 2, 9, 8, 3, 4], { groups: 3 })).toEqual([1, 0, 2, 3, 5, 4]);
});

test('planes that are flattened move whole, and come pixel by pixel', () => {
  // Planes of two pixels with work 5, 9 and 1.
  expect(order([1, 4, 0, 9, 1, 0], { pixels: 2 })).toEqual([2, 0, 4, 3, 1, 5]);
  expect([...planesInOrder(ownOrder(2), 3)]).toEqual([0, 3, 1, 4, 2, 5]);
});

test('virtual channels come slice after slice, those of a chunk alone', () => {
  const given = Int32Array.of(3, 0, 2, 1);
  expect([...inOrder(given, 2, [0, 4])]).toEqual([6, 0, 4, 2, 7, 1, 5, 3]);
  expect([...inOrder(given, 1, [2, 4])]).toEqual([1, 0]);
});

test('an order names each channel once', () => {
  expect(isOrder(Int32Array.of(2, 0, 1), 3)).toBe(true);
  expect(isOrder(Int32Array.of(2, 0, 2), 3)).toBe(false);
  expect(isOrder(Int32Array.of(0, 1), 3)).toBe(false);
  expect(isOrder(Int32Array.of(0, 10, 2), 3)).toBe(false);
});

test('work is non-zeros x the most taps of any filter, slice by slice', () => {
  const arch = { ...zcu102, array: { rows: 2, cols: 2 } };
  const conv: ConvShape = {
    ...{ C: 2, H: 2, W: 4, K: 2, R: 1, S: 2, stride: [1, 2], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  };
  // Stride 2 makes a slice of the even columns, for tap 0, and one of the odd ones, for tap 1.
  const weight = Int8Array.of(1, 0, 0, 5, /* filter 1 */ 0, 0, 2, -3);
  const work = channelWork(conv, weight, arch);
  const ifmap = Uint8Array.of(1, 1, 0, 1, 0, 1, 9, 0, /* channel 1 */ 0, 4, 0, 4, 4, 4, 0, 0);
  expect([...work(ifmap)]).toEqual([2, 1 + 3]);
  expect([...work(undefined)]).toEqual([4, 8]);
});
