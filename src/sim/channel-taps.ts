/** What the PEs of a row hold for one virtual channel: of every filter of a block, its taps in raster order. */
import type { PlaneSlice, Tap } from '../schedule/lowering.ts';
import type { ConvShape } from '../tensor/conv.ts';

interface HeldTap {
  readonly weight: number;
  readonly tap: Tap;
}

export interface ChannelTaps {
  readonly most: number; // taps of the column that has most, for which the row waits
  /** Taps of each column as psum offsets, where a row of the tile's psums is `pitch` long. */
  readonly at: (pitch: number) => readonly (readonly { weight: number; offset: number }[])[];
}

export function channelTaps(
  weight: Int8Array,
  { C, K, R, S, groups }: ConvShape,
  { channel, slice, filters }: { channel: number; slice: PlaneSlice; filters: readonly [number, number] },
): ChannelTaps {
  const [perGroup, group] = [C / groups, Math.floor(channel / (C / groups))];
  const columns: HeldTap[][] = [];
  for (let k = filters[0]; k < filters[1]; k++) {
    const reads = Math.floor(k / (K / groups)) === group;
    const at = (k * perGroup + channel - group * perGroup) * R * S;
    columns.push(
      reads
        ? slice.taps
            .map((tap) => ({ weight: weight[at + tap.weight]!, tap }))
            .filter((held) => held.weight !== 0)
        : [],
    );
  }
  const known = new Map<number, ReturnType<ChannelTaps['at']>>(); // a layer has few pitches
  return {
    most: Math.max(...columns.map((column) => column.length)),
    at(pitch) {
      const offsets =
        known.get(pitch) ??
        columns.map((column) => column.map(({ weight, tap }) => ({ weight, offset: tap.y * pitch + tap.x })));
      known.set(pitch, offsets);
      return offsets;
    },
  };
}
