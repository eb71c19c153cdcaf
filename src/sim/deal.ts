/** Channels dealt to rows: the virtual channels of a pass in a tile, `rows` of them a wave. */
import { virtualInOrder, within } from '../schedule/channel-order.ts';
import type { Operands, Schedule } from '../schedule/schedule.ts';
import { byWorkPlain } from '../schedule/waves.ts';
import { type ChannelTaps, channelTaps } from './channel-taps.ts';
import { type ComputePass, type ComputeTile, partitionTiles } from './compute-passes.ts';
import { nonZeros, type TileStream } from './tile-stream.ts';

export interface DealtChannel {
  readonly stream: TileStream;
  readonly taps: ChannelTaps;
}

export type Wave = readonly DealtChannel[];

/** Deals the tiles of a layer; keeps what it has found out about channels and kernels. */
export function tileDealer({ conv, ifmaps, weight }: Operands, schedule: Schedule, rows: number) {
  const streams = memo<TileStream>();
  const taps = memo<ChannelTaps>();
  const orders = memo<readonly number[]>();
  let mostTaps = 0;

  const channelsOf = (pass: ComputePass, tile: ComputeTile): readonly DealtChannel[] => {
    const list: DealtChannel[] = [];
    const { rect, image, phase } = tile;
    const { filters } = schedule.blocks[pass.block]!;
    for (let channel = pass.channels[0]; channel < pass.channels[1]; channel++)
      for (const [s, slice] of tile.layer.slices.entries())
        list.push({
          stream: streams(`${image} ${phase} ${rect.y} ${rect.x} ${channel} ${s}`, () =>
            nonZeros(ifmaps[image]!, conv, { channel, slice, rect }),
          ),
          taps: taps(`${phase} ${pass.block} ${channel} ${s}`, () => {
            const held = channelTaps(weight, conv, { channel, slice, filters });
            mostTaps = Math.max(mostTaps, held.most);
            return held;
          }),
        });
    return list;
  };

  /** Sorted tile by tile, in a given order, as they come, or sorted once for all tiles of the pass. */
  const orderOf = (
    pass: ComputePass,
    tile: ComputeTile,
    channels: readonly DealtChannel[],
  ): readonly number[] => {
    if (schedule.rearrange === 'per-tile')
      return byWorkPlain(
        Uint16Array.from(channels, ({ stream }) => stream.indices.length),
        Uint8Array.from(channels, (each) => each.taps.most),
      );
    if (schedule.order)
      return [...virtualInOrder(within(schedule.order, pass.channels), tile.layer.slices.length)];
    if (schedule.rearrange === 'none') return [...channels.keys()];
    return orders(`${pass.partition} ${pass.block} ${pass.channels} ${tile.phase}`, () => {
      const total = new Float64Array(channels.length);
      for (const other of partitionTiles(schedule, pass.partition))
        if (other.phase === tile.phase)
          for (const [v, each] of channelsOf(pass, other).entries()) total[v]! += workOf(each);
      return [...total.keys()].sort((a, b) => total[b]! - total[a]! || a - b);
    });
  };

  return {
    /** Of any channel dealt so far. */
    mostTaps: (): number => mostTaps,
    /** Waves without work are left out, and rows without taps; sorted tile by tile, rows without work too. */
    waves(pass: ComputePass, tile: ComputeTile): readonly Wave[] {
      const channels = channelsOf(pass, tile);
      const order = orderOf(pass, tile, channels);
      const waves: Wave[] = [];
      for (let from = 0; from < order.length; from += rows)
        waves.push(
          order
            .slice(from, from + rows)
            .map((v) => channels[v]!)
            .filter(({ taps }) => taps.most > 0),
        );
      return waves.filter((wave) => wave.some((each) => workOf(each) > 0));
    },
  };
}

const workOf = ({ stream, taps }: DealtChannel): number => stream.indices.length * taps.most;

function memo<T>(): (key: string, make: () => T) => T {
  const known = new Map<string, T>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
}
