/** Drained psums back into ofmaps: tiles overlap by their halos, and chunks of channels meet; all of it adds up. */
import type { Schedule } from '../schedule/schedule.ts';
import { width } from '../schedule/tiling.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import type { DrainedTile } from './compute-program.ts';

/** One [K, P, Q] an image. `psums` are those of each column in the order in which they left. */
export function addHalos(
  drains: readonly DrainedTile[],
  schedule: Schedule,
  { psums, images }: { psums: readonly Int32Array[]; images: number },
): readonly Int32Array[] {
  const { conv, blocks, partitions } = schedule;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const ofmaps = Array.from({ length: images }, () => new Int32Array(conv.K * P * Q));
  let first = 0; // of a column's psums
  for (const { tile, partition, block, psums: count } of drains) {
    const { layer, rect } = tile;
    const { ofmap } = partitions[partition]!;
    const pitch = width(rect) + layer.halo[1];
    const [k0, k1] = blocks[block]!.filters;
    for (let at = 0; at < count; at++) {
      const p = rect.y[0] - layer.halo[0] + Math.floor(at / pitch);
      const q = rect.x[0] - layer.halo[1] + (at % pitch);
      const wanted =
        p >= ofmap.y[0] &&
        p < Math.min(ofmap.y[1], layer.ofmap[0]) &&
        q >= ofmap.x[0] &&
        q < Math.min(ofmap.x[1], layer.ofmap[1]);
      if (!wanted) continue;
      const y = layer.ofmapOrigin[0] + layer.ofmapStep[0] * p;
      const x = layer.ofmapOrigin[1] + layer.ofmapStep[1] * q;
      for (let k = k0; k < k1; k++) ofmaps[tile.image]![(k * P + y) * Q + x]! += psums[k - k0]![first + at]!;
    }
    first += count;
  }
  return ofmaps;
}
