/** Orders of channels: by work, within their groups, whole planes together; and what work is. */
import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { isOrder, orderByWork, ownOrder, planesInOrder, virtualInOrder, within } from './channel-order.ts';
import { channelWork } from './channel-work.ts';

const order = (work: readonly number[], { slices = 1, groups = 1, pixels = 1, banks = 1 } = {}) => {
  const found = orderByWork(Float64Array.from(work), slices, { groups, pixels, rows: 4, banks });
  return { ...found, channels: [...found.channels] };
};

test('most work first, ties by channel', () => {
  expect(order([3, 9, 3, 0, 7])).toEqual({ channels: [1, 4, 0, 2, 3], by: 'slice' });
});

test('channels stay in their group', () => {
  expect(order([1, 2, 9, 8, 3, 4], { groups: 3 }).channels).toEqual([1, 0, 2, 3, 5, 4]);
});

test('planes that are flattened move whole, and come pixel by pixel', () => {
  // Planes of two pixels with work 5, 9 and 1.
  expect(order([1, 4, 0, 9, 1, 0], { pixels: 2 })).toEqual({ channels: [2, 0, 4, 3, 1, 5], by: 'slice' });
  expect([...planesInOrder(ownOrder(2), 3).channels]).toEqual([0, 3, 1, 4, 2, 5]);
});

test('slices of a channel lie together where channels differ more than slices', () => {
  // Four channels of two slices on four rows.
  const bySlice = order([8, 2, 8, 2, 8, 2, 8, 2], { slices: 2 });
  expect(bySlice).toEqual({ channels: [0, 1, 2, 3], by: 'slice' });
  const byChannel = order([8, 8, 2, 2, 8, 8, 2, 2], { slices: 2 });
  expect(byChannel).toEqual({ channels: [0, 2, 1, 3], by: 'channel' });
});

test('virtual channels come slice after slice or channel after channel, those of a chunk alone', () => {
  const channels = Int32Array.of(3, 0, 2, 1);
  expect([...virtualInOrder({ channels, by: 'slice' }, 2)]).toEqual([6, 0, 4, 2, 7, 1, 5, 3]);
  expect([...virtualInOrder({ channels, by: 'channel' }, 2)]).toEqual([6, 7, 0, 1, 4, 5, 2, 3]);
  expect(within({ channels, by: 'channel' }, [2, 4])).toEqual({
    channels: Int32Array.of(1, 0),
    by: 'channel',
  });
});

test('an order names each channel once', () => {
  const valid = (...channels: number[]): boolean =>
    isOrder({ channels: Int32Array.from(channels), by: 'slice' }, 3);
  expect([valid(2, 0, 1), valid(2, 0, 2), valid(0, 1), valid(0, 10, 2)]).toEqual([true, false, false, false]);
});

test('work is non-zeros x the most taps of any filter, of each virtual channel', () => {
  const arch = { ...zcu102, array: { rows: 2, cols: 2 } };
  const conv: ConvShape = {
    ...{ C: 2, H: 2, W: 4, K: 2, R: 1, S: 2, stride: [1, 2], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  };
  // Stride 2 makes a slice of the even columns, for tap 0, and one of the odd ones, for tap 1.
  const weight = Int8Array.of(1, 0, 0, 5, /* filter 1 */ 0, 0, 2, -3);
  const work = channelWork(conv, weight, arch);
  const ifmap = Uint8Array.of(1, 1, 0, 1, 0, 1, 9, 0, /* channel 1 */ 0, 4, 0, 4, 4, 4, 0, 0);
  expect(work.slices).toBe(2);
  expect([...work.of(ifmap)]).toEqual([2, 0, 1, 3]);
  expect([...work.of(undefined)]).toEqual([4, 0, 4, 4]);
});

test('where rows run ahead every second wave is dealt back, so that rows have the same in all', () => {
  // Sorted, row 0 would have 8 + 4 = 12 and row 3 5 + 1; there and back, every row has 9.
  expect(order([1, 2, 3, 4, 5, 6, 7, 8], { banks: 8 })).toEqual({
    channels: [7, 6, 5, 4, 0, 1, 2, 3],
    by: 'slice',
  });
  expect(order([1, 2, 3, 4, 5, 6, 7, 8]).channels).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  // Of two groups that are on the rows one after the other, the order they stand in is the best of them.
  expect(order([1, 2, 3, 4, 5, 6, 1, 2], { banks: 8, groups: 2 }).channels).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(order([1, 2, 3, 4, 5, 6, 1, 2], { groups: 2 }).channels).toEqual([3, 2, 1, 0, 5, 4, 7, 6]);
});
