/** Which rows of a layer's ofmap are made together, and what of the next layer's ifmap is cut from them. */
import { area, cut } from '../../schedule/tiling.ts';
import { ofmapHeight } from '../../tensor/conv.ts';
import type { IfmapLayout } from './layout.ts';
import type { MachineLayer } from './machine-layer.ts';

/** Planes [first, end) of a partition of the next layer, of every channel. */
export interface Feed {
  readonly partition: number;
  readonly planes: readonly [first: number, end: number];
}

export interface RegionRows {
  readonly rows: readonly [first: number, end: number]; // of the ofmap, before pooling
  readonly feeds: readonly Feed[];
}

/** The finest there is. */
export function regionsOf({ conv, pool }: MachineLayer, ofmap: IfmapLayout): readonly RegionRows[] {
  const P = ofmapHeight(conv);
  const [, H] = ofmap.size;
  return feedsOf(ofmap).map((feed) => {
    let [first, end] = [Number.POSITIVE_INFINITY, 0];
    for (const tile of ofmap.partitions[feed.partition]!)
      for (const { origin, step } of ofmap.planes.slice(...feed.planes))
        for (let Y = tile.y[0]; Y < tile.y[1]; Y++) {
          const y = origin[0] + step[0] * Y;
          if (y < 0 || y >= H) continue;
          const [top, bottom] = pool
            ? [y * pool.stride - pool.pad[0], y * pool.stride - pool.pad[0] + pool.kernel]
            : [y, y + 1];
          first = Math.min(first, Math.max(0, top));
          end = Math.max(end, Math.min(P, bottom));
        }
    // Of planes that see nothing but padding no row is read, but a region has one, and none beyond the ofmap.
    return { rows: first < end ? [first, end] : [0, 1], feeds: [feed] };
  });
}

/** Partitions one by one; of planes of a pixel each, which fully connected layers read, a row of them at a time. */
function feedsOf({ partitions, planes }: IfmapLayout): readonly Feed[] {
  const [tile, ...others] = partitions.flat();
  const pixels = others.length === 0 && area(tile!) === 1;
  if (!pixels) return partitions.map((_, partition) => ({ partition, planes: [0, planes.length] }));
  const firsts = planes.flatMap(({ origin }, s) => (origin[0] === planes[s - 1]?.origin[0] ? [] : [s]));
  return firsts.map((first, i) => ({ partition: 0, planes: [first, firsts[i + 1] ?? planes.length] }));
}

/** Neighbours joined, `most` of them at a time. */
export function joinRegions(regions: readonly RegionRows[], most: number): readonly RegionRows[] {
  return cut([0, regions.length], most).map(([first, end]) => {
    const own = regions.slice(first, end);
    return {
      rows: [Math.min(...own.map(({ rows }) => rows[0])), Math.max(...own.map(({ rows }) => rows[1]))],
      feeds: own.flatMap(({ feeds }) => feeds),
    };
  });
}

/** Entries of the emit table that the regions take. */
export const emitCount = (regions: readonly Pick<RegionRows, 'feeds'>[], ofmap: IfmapLayout): number =>
  regions
    .flatMap(({ feeds }) => feeds)
    .reduce(
      (sum, { partition, planes }) => sum + ofmap.partitions[partition]!.length * (planes[1] - planes[0]),
      0,
    );
