/** Channels dealt to rows: the virtual channels of a pass in a tile, `rows` of them a wave. */
import { virtualInOrder, within } from '../schedule/channel-order.ts';
import type { Operands, Schedule } from '../schedule/schedule.ts';
import { byWorkPlain } from '../schedule/waves.ts';
import { type ChannelTaps, channelTaps } from './channel-taps.ts';
import type { ComputePass, ComputeTile } from './compute-passes.ts';
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

  /** Sorted tile by tile, or in the layer's order. */
  const orderOf = (
    { channels: taken }: ComputePass,
    { layer }: ComputeTile,
    channels: readonly DealtChannel[],
  ): Iterable<number> =>
    schedule.rearrange === 'per-tile'
      ? byWorkPlain(
          Uint16Array.from(channels, ({ stream }) => stream.indices.length),
          Uint8Array.from(channels, (each) => each.taps.most),
        )
      : virtualInOrder(within(schedule.order, taken), layer.slices.length);

  return {
    /** Of any channel dealt so far. */
    mostTaps: (): number => mostTaps,
    /** Waves without work are left out, and rows without taps; sorted tile by tile, rows without work too. */
    waves(pass: ComputePass, tile: ComputeTile): readonly Wave[] {
      const channels = channelsOf(pass, tile);
      const order = [...orderOf(pass, tile, channels)];
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
