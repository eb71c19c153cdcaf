/** The order a network's channels are given: from other inputs, never from those that are run. */
import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { convLayers } from '../model/model.ts';
import type { LayerWork } from '../model/work.ts';
import { findZoo } from '../model/zoo/index.ts';
import { fold } from '../quantize/fold.ts';
import { ownOrder } from '../schedule/channel-order.ts';
import { channelOrders } from './channel-orders.ts';

const arch = { ...zcu102, rearrange: 'static' } as const;
const model = fold(findZoo('lenet5').build());
const [, conv2, ip1] = convLayers(model);

/** An input in which these channels of conv2 are full and the others empty. */
function works(full: readonly number[]): readonly LayerWork[] {
  const { conv, name } = conv2!;
  const ifmap = new Uint8Array(conv.C * conv.H * conv.W);
  for (const c of full) ifmap.fill(1, c * conv.H * conv.W, (c + 1) * conv.H * conv.W);
  const weight = {
    shape: [conv.K, conv.C, conv.R, conv.S],
    data: new Int8Array(conv.K * conv.C * 25).fill(1),
  };
  return [{ name, op: 'conv', conv, weight, ifmaps: [ifmap], ofmaps: [], ofmapShape: [1, 1, 1] }];
}

test('an input is ordered by the others, and by so many of them at most', () => {
  const orders = channelOrders(model, arch, 2);
  for (const full of [[3], [5], [7], [9]]) orders.count(works(full));
  const first = (without: readonly [number, number], count: number): readonly number[] => [
    ...orders.orderOf(works([])[0]!, without).channels.subarray(0, count),
  ];
  expect(first([0, 1], 3)).toEqual([5, 7, 0]);
  expect(first([1, 2], 3)).toEqual([3, 7, 0]);
  expect(first([0, 2], 3)).toEqual([7, 9, 0]);
  // Behind the counted ones all are others.
  expect(first([4, 5], 3)).toEqual([3, 5, 0]);
});

test('without others the taps decide', () => {
  const [work] = works([2]);
  const { data } = work!.weight;
  data.fill(0);
  data[4 * 25] = 1; // channel 4 of filter 0
  expect(channelOrders(model, arch, 2).orderOf(work!, [0, 0]).channels[0]).toBe(4);
});

test('without rearrangement channels come in their own order; flattened planes whole, pixel by pixel', () => {
  const orders = channelOrders(model, { ...arch, rearrange: 'none' }, 2);
  orders.count(works([6]));
  expect(orders.counts).toBe(false);
  expect(orders.orderOf(works([6])[0]!, [9, 9])).toEqual(ownOrder(20));
  const { conv, name } = ip1!;
  const weight = { shape: [conv.K, conv.C, 1, 1], data: new Int8Array(conv.K * conv.C).fill(1) };
  const work = { name, op: 'fc', conv, weight, ifmaps: [], ofmaps: [], ofmapShape: [1, 1, 1] } as const;
  expect([...orders.orderOf(work, [0, 0]).channels.subarray(0, 3)]).toEqual([0, 16, 32]);
});
