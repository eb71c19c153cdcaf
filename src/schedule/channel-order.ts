/**
 * One order of a layer's channels for every tile and filter: what hardware can have that deals virtual channels to its
 * rows as they lie in memory. A slice of a channel is where the channel is, so channels move whole:
 *
 *   by slice     a0 b0 c0  a1 b1 c1      where slices differ in taps (a kernel's phases under stride)
 *   by channel   a0 a1  b0 b1  c0 c1     where channels differ in work
 */
import type { ChannelOrder } from '../model/work.ts';

export type { ChannelOrder } from '../model/work.ts';

const own = (channels: number): Int32Array => Int32Array.from({ length: channels }, (_, c) => c);

export const ownOrder = (channels: number): ChannelOrder => ({ channels: own(channels), by: 'slice' });

/** Each channel once. */
export const isOrder = ({ channels }: ChannelOrder, count: number): boolean =>
  channels.length === count && channels.toSorted().every((channel, c) => channel === c);

/** From the virtual channel of a place to that of the next one, and from a slice to the next one. */
export const steps = ({ channels, by }: ChannelOrder, slices: number) =>
  by === 'slice' ? { place: 1, slice: channels.length } : { place: slices, slice: 1 };

/** Whole planes in an order, where a layer reads them flattened: one pixel of all of them after the other. */
export const planesInOrder = ({ channels }: ChannelOrder, pixels: number): ChannelOrder => ({
  by: 'slice',
  channels: Int32Array.from(
    { length: channels.length * pixels },
    (_, at) => channels[at % channels.length]! * pixels + Math.floor(at / channels.length),
  ),
});

/** The channels [first, end) of an order, numbered from `first`. */
export const within = (
  { channels, by }: ChannelOrder,
  [first, end]: readonly [number, number],
): ChannelOrder => ({
  by,
  channels: channels.filter((channel) => channel >= first && channel < end).map((channel) => channel - first),
});

/** Virtual channels, channel * slices + slice, in the order in which they come. */
export function virtualInOrder(order: ChannelOrder, slices: number): Int32Array {
  const virtual = new Int32Array(order.channels.length * slices);
  const step = steps(order, slices);
  for (const [place, channel] of order.channels.entries())
    for (let s = 0; s < slices; s++) virtual[place * step.place + s * step.slice] = channel * slices + s;
  return virtual;
}

/** What may change places: channels of a group, and planes of `pixels` channels where the layer flattens them. */
export interface Movable {
  readonly groups: number;
  readonly pixels: number;
  readonly rows: number; // of the array
}

/** By the work of virtual channels: most first, so that a wave's rows have about the same; ties by channel. */
export function orderByWork(
  work: Float64Array,
  slices: number,
  { groups, pixels, rows }: Movable,
): ChannelOrder {
  const each = pixels * slices;
  const planes = work.length / each;
  const total = new Float64Array(planes);
  for (const [v, n] of work.entries()) total[Math.floor(v / each)]! += n;
  const group = (plane: number): number => Math.floor((plane * groups) / planes);
  const channels = own(planes).sort((a, b) => group(a) - group(b) || total[b]! - total[a]! || a - b);
  if (pixels > 1) return planesInOrder({ channels, by: 'slice' }, pixels);
  const [bySlice, byChannel] = (['slice', 'channel'] as const).map((by) => ({ channels, by }));
  const time = (order: ChannelOrder): number => wavesOf(virtualInOrder(order, slices), work, rows);
  return time(byChannel!) < time(bySlice!) ? byChannel! : bySlice!;
}

/** Each wave takes as long as its slowest row. */
function wavesOf(virtual: Int32Array, work: Float64Array, rows: number): number {
  let time = 0;
  for (let from = 0; from < virtual.length; from += rows)
    time += virtual.subarray(from, from + rows).reduce((most, v) => Math.max(most, work[v]!), 0);
  return time;
}
