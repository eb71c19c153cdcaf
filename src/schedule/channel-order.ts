/**
 * One order of a layer's channels for every tile, slice and filter: what hardware can have that deals channels to its
 * rows as they lie in memory. Virtual channels then come slice after slice, each in this order.
 */

/** position -> channel */
export type ChannelOrder = Int32Array;

export const ownOrder = (channels: number): ChannelOrder =>
  Int32Array.from({ length: channels }, (_, c) => c);

/** Each channel once. */
export const isOrder = (order: ArrayLike<number>, channels: number): boolean =>
  Array.from(order)
    .toSorted((a, b) => a - b)
    .every((channel, c) => channel === c) && order.length === channels;

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
