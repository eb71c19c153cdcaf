/** Where an ifmap's non-zeros are, counted on the planes of its lowering: per tile, and per tap that reaches an ofmap. */
import type { LoweredLayer, PlaneSlice } from '../schedule/lowering.ts';
import type { Rect } from '../schedule/tiling.ts';
import { countNonZeroColumns } from '../tensor/bytes.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

export interface IfmapCounts {
  /** Non-zeros of each virtual channel, one array a tile, in the order of the tiles given. */
  readonly tiles: readonly Uint16Array[];
  /** For each channel and kernel position r * S + s: non-zeros that this tap turns into a product of some ofmap. */
  readonly reaching: Float64Array;
}

/** Count one image. `tiles` are plane rectangles of at most 65535 positions. */
export function countIfmap(
  ifmap: ByteData,
  conv: ConvShape,
  { lowered, tiles }: { lowered: LoweredLayer; tiles: readonly Rect[] },
): IfmapCounts {
  const { slices } = lowered;
  const channels = conv.C * slices.length;
  const counts = tiles.map(() => new Uint16Array(channels));
  const reaching = new Float64Array(conv.C * conv.R * conv.S);
  const table = summedAreas(lowered);
  for (let c = 0; c < conv.C; c++)
    for (const [s, slice] of slices.entries()) {
      table.fill(ifmap, c * conv.H * conv.W, conv, slice);
      const v = c * slices.length + s;
      for (let t = 0; t < tiles.length; t++) counts[t]![v] = table.count(tiles[t]!);
      for (const tap of slice.taps)
        reaching[c * conv.R * conv.S + tap.weight]! += table.count({
          y: [tap.y, tap.y + lowered.ofmap[0]],
          x: [tap.x, tap.x + lowered.ofmap[1]],
        });
    }
  return { tiles: counts, reaching };
}

/** 1 or 0, without a branch that would go either way half of the time. */
const isNonZero = (value: number): number => (value | -value) >>> 31;

/** A summed-area table over the plane positions that can hold values; rebuilt for each virtual channel. */
function summedAreas({ rows, cols }: LoweredLayer) {
  const [h, w] = [rows[1] - rows[0], cols[1] - cols[0]];
  const pitch = w + 1;
  const sums = new Int32Array((h + 1) * pitch); // row 0 and column 0 stay 0
  const clip = (at: number, first: number, size: number): number => Math.min(Math.max(at - first, 0), size);
  return {
    fill(ifmap: ByteData, base: number, { H, W }: ConvShape, { origin, step }: PlaneSlice): void {
      const left = origin[1] + step[1] * cols[0]; // ifmap column of the first plane column
      for (let Y = 0; Y < h; Y++) {
        const y = origin[0] + step[0] * (rows[0] + Y);
        const [from, to] = y >= 0 && y < H ? [0, W] : [0, 0]; // ifmap columns that hold values
        const row = base + y * W;
        let run = 0;
        for (let X = 0, x = left, at = (Y + 1) * pitch + 1; X < w; X++, x += step[1], at++) {
          if (x >= from && x < to) run += isNonZero(ifmap[row + x]!);
          sums[at] = sums[at - pitch]! + run;
        }
      }
    },
    count({ y, x }: Rect): number {
      const [top, bottom] = [clip(y[0], rows[0], h) * pitch, clip(y[1], rows[0], h) * pitch];
      const [left, right] = [clip(x[0], cols[0], w), clip(x[1], cols[0], w)];
      return sums[bottom + right]! - sums[bottom + left]! - sums[top + right]! + sums[top + left]!;
    },
  };
}

/** Non-zeros of all channels together at each position, as a summed-area table: what a rectangle weighs in DRAM. */
export function pixelWeights(ifmap: ByteData, { C, H, W }: ConvShape): (rect: Rect) => number {
  const at = countNonZeroColumns(ifmap.subarray(0, C * H * W), H * W);
  const sums = new Float64Array((H + 1) * (W + 1));
  for (let y = 0; y < H; y++) {
    let run = 0;
    for (let x = 0; x < W; x++) {
      run += at[y * W + x]!;
      sums[(y + 1) * (W + 1) + x + 1] = sums[y * (W + 1) + x + 1]! + run;
    }
  }
  const sum = (y: number, x: number): number => sums[y * (W + 1) + x]!;
  return ({ y, x }) => sum(y[1], x[1]) - sum(y[0], x[1]) - sum(y[1], x[0]) + sum(y[0], x[0]);
}
