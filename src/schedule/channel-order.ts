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
  /** How many waves its rows may be apart: banks of weights of a PE; 1 where they run in lock-step. */
  readonly banks: number;
}

/**
 * By the work of virtual channels: most first, so that a wave's rows have about the same; ties by channel. Where rows run
 * ahead, what counts is that every row has the same in all, so every second wave may be dealt from the last row to the
 * first. Of these, and of slice after slice or channel after channel, whichever takes the rows the least time.
 */
export function orderByWork(
  work: Float64Array,
  slices: number,
  { groups, pixels, rows, banks }: Movable,
): ChannelOrder {
  const each = pixels * slices;
  const planes = work.length / each;
  const total = new Float64Array(planes);
  for (const [v, n] of work.entries()) total[Math.floor(v / each)]! += n;
  const group = (plane: number): number => Math.floor((plane * groups) / planes);
  const sorted = own(planes).sort((a, b) => group(a) - group(b) || total[b]! - total[a]! || a - b);
  const snake = (perWave: number): Int32Array => thereAndBack(sorted, planes / groups, perWave);
  const bySlice = (channels: Int32Array): ChannelOrder =>
    pixels > 1 ? planesInOrder({ channels, by: 'slice' }, pixels) : { channels, by: 'slice' };
  const byChannel = (channels: Int32Array): readonly ChannelOrder[] =>
    pixels > 1 ? [] : [{ channels, by: 'channel' }];
  const candidates = [bySlice(sorted), ...byChannel(sorted)];
  if (banks > 1) {
    candidates.push(bySlice(snake(rows)), ...byChannel(snake(Math.ceil(rows / slices))));
    candidates.push(bySlice(own(planes)), ...byChannel(own(planes)));
  }
  const times = candidates.map((order) => rowsTime(virtualInOrder(order, slices), work, { rows, banks }));
  return candidates[times.indexOf(Math.min(...times))]!;
}

/** Every second stretch of a group's channels the other way round. */
function thereAndBack(channels: Int32Array, group: number, stretch: number): Int32Array {
  const turned = channels.slice();
  for (let first = 0; first < turned.length; first += group)
    for (let at = first + stretch; at < first + group; at += 2 * stretch)
      turned.subarray(at, Math.min(at + stretch, first + group)).reverse();
  return turned;
}

/** Until the last row is done, where a row begins a wave once all rows are done with the one that had its weights' bank. */
function rowsTime(
  virtual: Int32Array,
  work: Float64Array,
  { rows, banks }: { readonly rows: number; readonly banks: number },
): number {
  const ends = new Float64Array(rows);
  const done = new Float64Array(banks); // of the last waves
  let last = 0;
  for (let from = 0, wave = 0; from < virtual.length; from += rows, wave++) {
    const start = done[wave % banks]!;
    for (let i = from; i < Math.min(virtual.length, from + rows); i++) {
      const r = i - from;
      ends[r] = Math.max(ends[r]!, start) + work[virtual[i]!]!;
      if (ends[r]! > last) last = ends[r]!;
    }
    done[wave % banks] = last;
  }
  return last;
}
