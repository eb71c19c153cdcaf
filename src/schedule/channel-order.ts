/**
 * One order of a layer's channels for every tile, slice and filter: what hardware can have that deals channels to its
 * rows as they lie in memory. Virtual channels then come slice after slice, each in this order.
 */

/** position -> channel */
export type ChannelOrder = Int32Array;

export const ownOrder = (channels: number): ChannelOrder =>
  Int32Array.from({ length: channels }, (_, c) => c);

/** Each channel once. */
export const isOrder = (order: ChannelOrder, channels: number): boolean =>
  order.length === channels && order.toSorted().every((channel, c) => channel === c);

/** Whole planes in an order, where a layer reads them flattened: one pixel of all of them after the other. */
export const planesInOrder = (order: ChannelOrder, pixels: number): ChannelOrder =>
  Int32Array.from(
    { length: order.length * pixels },
    (_, at) => order[at % order.length]! * pixels + Math.floor(at / order.length),
  );

/** What may change places: channels of a group, and planes of `pixels` channels where the layer flattens them. */
export interface Movable {
  readonly groups: number;
  readonly pixels: number;
}

/** Most work first, so that a wave's rows have about the same; ties by channel. */
export function orderByWork(work: Float64Array, { groups, pixels }: Movable): ChannelOrder {
  const planes = work.length / pixels;
  const of = new Float64Array(planes);
  for (const [c, each] of work.entries()) of[Math.floor(c / pixels)]! += each;
  const group = (plane: number): number => Math.floor((plane * groups) / planes);
  const order = ownOrder(planes).sort((a, b) => group(a) - group(b) || of[b]! - of[a]! || a - b);
  return planesInOrder(order, pixels);
}

/** Of the channels [first, end) those in the order, slice after slice; numbered (channel - first) * slices + slice. */
export function inOrder(
  order: ChannelOrder,
  slices: number,
  [first, end]: readonly [number, number],
): Int32Array {
  const own = order.filter((channel) => channel >= first && channel < end);
  return Int32Array.from(
    { length: slices * own.length },
    (_, i) => (own[i % own.length]! - first) * slices + Math.floor(i / own.length),
  );
}
