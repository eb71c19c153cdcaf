/**
 * How an ifmap lies in DRAM: for each partition the bitmaps of all virtual channels, a tile each, and their values.
 *
 *   virtual channel v, by its channel's place and its slice      bitmaps of v from beat v * bitmapPitch on, values from v * valuePitch
 */
import { BEAT_BYTES } from '../../blocks/table-memory/beat.ts';
import { type ChannelOrder, steps } from '../../schedule/channel-order.ts';
import type { PlaneSlice } from '../../schedule/lowering.ts';
import { area, type Rect, width } from '../../schedule/tiling.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import type { DramImage } from './dram.ts';

export type Plane = Pick<PlaneSlice, 'origin' | 'step'>;

export interface IfmapLayout {
  readonly size: readonly [C: number, H: number, W: number];
  readonly planes: readonly Plane[]; // of every channel
  readonly partitions: readonly (readonly Rect[])[]; // tiles, in plane positions
  readonly channels: number; // virtual channels, filled up to whole groups
  readonly order: ChannelOrder; // which channel lies where
  readonly psumDepth: number;
}

export interface PlacedLayout extends IfmapLayout {
  /** Beats of the first partition's bitmaps and values. */
  readonly bitmaps: number;
  readonly values: number;
}

/** Beats of a virtual channel's bitmaps: those of the partition with most tiles. */
export const bitmapPitch = ({ partitions, psumDepth }: IfmapLayout): number =>
  Math.ceil(Math.max(...partitions.map((tiles) => tiles.length)) / (128 / psumDepth));

/** Beats kept for a virtual channel's values, should none be zero. */
export const valuePitch = ({ partitions }: IfmapLayout): number =>
  Math.max(
    ...partitions.map((tiles) => Math.ceil(tiles.reduce((sum, tile) => sum + area(tile), 0) / BEAT_BYTES)),
  );

export const bitmapsAt = (layout: PlacedLayout, partition: number, v: number): number =>
  layout.bitmaps + (partition * layout.channels + v) * bitmapPitch(layout);

export const valuesAt = (layout: PlacedLayout, partition: number, v: number): number =>
  layout.values + (partition * layout.channels + v) * valuePitch(layout);

/** Beats of the whole image: bitmaps, then values. */
export const layoutBeats = (layout: IfmapLayout): readonly [bitmaps: number, values: number] => {
  const segments = layout.partitions.length * layout.channels;
  return [segments * bitmapPitch(layout), segments * valuePitch(layout)];
};

/** For each pixel of a tile in raster order its place in the channel's H x W, or -1 outside of it. */
function pixelsOf({ size: [, H, W] }: IfmapLayout, { origin, step }: Plane, tile: Rect): readonly number[] {
  return Array.from({ length: area(tile) }, (_, i) => {
    const y = origin[0] + step[0] * (tile.y[0] + Math.floor(i / width(tile)));
    const x = origin[1] + step[1] * (tile.x[0] + (i % width(tile)));
    return y < 0 || x < 0 || y >= H || x >= W ? -1 : y * W + x;
  });
}

/** Write a whole ifmap as the machine reads it. */
export function writeIfmap(dram: DramImage, layout: PlacedLayout, ifmap: ByteData): void {
  const [, H, W] = layout.size;
  const step = steps(layout.order, layout.planes.length);
  for (const [p, tiles] of layout.partitions.entries())
    for (const [s, plane] of layout.planes.entries())
      for (const [place, channel] of layout.order.channels.entries()) {
        const v = place * step.place + s * step.slice;
        const bitmaps = new Uint32Array(4 * bitmapPitch(layout));
        const values = new Uint8Array(BEAT_BYTES * valuePitch(layout));
        let count = 0;
        for (const [t, tile] of tiles.entries())
          for (const [i, at] of pixelsOf(layout, plane, tile).entries()) {
            const value = at < 0 ? 0 : ifmap[channel * H * W + at]!;
            if (value === 0) continue;
            const bit = t * layout.psumDepth + i;
            bitmaps[bit >> 5]! |= 1 << (bit & 31);
            values[count++] = value;
          }
        dram.write(bitmapsAt(layout, p, v), bitmaps);
        dram.write(valuesAt(layout, p, v), new Uint32Array(values.buffer));
      }
}

/** Read back what the machine wrote. Where tiles overlap, all of them must agree; beyond the ofmap they must be zero. */
export function readIfmap(dram: DramImage, layout: PlacedLayout, signed: boolean): ByteData {
  const [C, H, W] = layout.size;
  const ifmap = signed ? new Int8Array(C * H * W) : new Uint8Array(C * H * W);
  const known = new Uint8Array(C * H * W);
  const step = steps(layout.order, layout.planes.length);
  for (const [p, tiles] of layout.partitions.entries())
    for (const [s, plane] of layout.planes.entries())
      for (const [place, channel] of layout.order.channels.entries()) {
        const v = place * step.place + s * step.slice;
        const [bitmaps, values] = [4 * bitmapsAt(layout, p, v), BEAT_BYTES * valuesAt(layout, p, v)];
        const bytes = new Uint8Array(dram.words.buffer, values, BEAT_BYTES * valuePitch(layout));
        let count = 0;
        for (const [t, tile] of tiles.entries())
          for (const [i, at] of pixelsOf(layout, plane, tile).entries()) {
            const bit = t * layout.psumDepth + i;
            const set = (dram.words[bitmaps + (bit >> 5)]! >>> (bit & 31)) & 1;
            const value = set ? bytes[count++]! : 0;
            if (at < 0) {
              if (value !== 0) throw new Error(`a pixel outside the ofmap is ${value}`);
              continue;
            }
            const to = channel * H * W + at;
            if (known[to] && (ifmap[to]! & 255) !== value)
              throw new Error(`two tiles disagree on pixel ${at} of channel ${channel}`);
            [ifmap[to], known[to]] = [value, 1];
          }
      }
  return ifmap;
}
