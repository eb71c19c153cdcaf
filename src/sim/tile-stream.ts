/** A virtual channel in a tile: the non-zeros of its plane, in raster order. */
import type { PlaneSlice } from '../schedule/lowering.ts';
import type { Rect } from '../schedule/tiling.ts';
import { width } from '../schedule/tiling.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

export interface TileStream {
  readonly indices: readonly number[]; // in the tile's rectangle
  readonly values: readonly number[];
}

export function nonZeros(
  ifmap: ByteData,
  { H, W }: ConvShape,
  { channel, slice, rect }: { channel: number; slice: PlaneSlice; rect: Rect },
): TileStream {
  const { origin, step } = slice;
  const [indices, values]: [number[], number[]] = [[], []];
  for (let Y = rect.y[0]; Y < rect.y[1]; Y++) {
    const y = origin[0] + step[0] * Y;
    if (y < 0 || y >= H) continue;
    for (let X = rect.x[0]; X < rect.x[1]; X++) {
      const x = origin[1] + step[1] * X;
      const value = x >= 0 && x < W ? ifmap[(channel * H + y) * W + x]! : 0;
      if (value === 0) continue;
      indices.push((Y - rect.y[0]) * width(rect) + X - rect.x[0]);
      values.push(value);
    }
  }
  return { indices, values };
}
