/** Rectangles of plane positions: tiles that fit the psum memory, and partitions that fit the buffers. */
import type { LoweredLayer } from './lowering.ts';

export interface Rect {
  readonly y: readonly [first: number, end: number];
  readonly x: readonly [first: number, end: number];
}

export type TileSize = readonly [h: number, w: number];

export const height = ({ y }: Rect): number => Math.max(0, y[1] - y[0]);
export const width = ({ x }: Rect): number => Math.max(0, x[1] - x[0]);
export const area = (rect: Rect): number => height(rect) * width(rect);

/** Cut [first, end) into the fewest pieces of at most `most`, as equal as can be. */
export function cut(
  [first, end]: readonly [number, number],
  most: number,
): readonly (readonly [number, number])[] {
  const size = end - first;
  if (size <= 0) return [];
  const pieces = Math.ceil(size / most);
  return Array.from({ length: pieces }, (_, i) => [
    first + Math.floor((i * size) / pieces),
    first + Math.floor(((i + 1) * size) / pieces),
  ]);
}

/** Tiles of a region in raster order. */
export const tilesOf = (region: Rect, [h, w]: TileSize): readonly Rect[] =>
  cut(region.y, h).flatMap((y) => cut(region.x, w).map((x) => ({ y, x })));

/** Psums a tile makes in each PE, its output halo counted. */
export const psumsOf = (tile: Rect, { halo }: LoweredLayer): number =>
  (height(tile) + halo[0]) * (width(tile) + halo[1]);

/** Plane positions that an ofmap rectangle needs and that can hold values: an input halo at partition borders. */
export const planeRegion = (ofmap: Rect, { halo, rows, cols }: LoweredLayer): Rect => ({
  y: [Math.max(rows[0], ofmap.y[0]), Math.min(rows[1], ofmap.y[1] + halo[0])],
  x: [Math.max(cols[0], ofmap.x[0]), Math.min(cols[1], ofmap.x[1] + halo[1])],
});

/** Tile sizes worth trying: for each height that divides the rows into pieces, the widest that the psums allow. */
export function tileSizes({ halo, rows, cols }: LoweredLayer, psumDepth: number): readonly TileSize[] {
  const sizes = new Map<string, TileSize>();
  for (let pieces = 1; pieces <= rows[1] - rows[0]; pieces++) {
    const h = Math.ceil((rows[1] - rows[0]) / pieces);
    const most = Math.floor(psumDepth / (h + halo[0])) - halo[1];
    if (most < 1) continue;
    const w = Math.ceil((cols[1] - cols[0]) / Math.ceil((cols[1] - cols[0]) / most));
    sizes.set(`${h}x${w}`, [h, w]);
  }
  return [...sizes.values()];
}
