/** Ways to cut an ofmap's rows into regions, and what can be said of them before any tile is cut: most of a search ends here. */

import { BEAT_BYTES } from '../../blocks/table-memory/beat.ts';
import type { LoweredLayer } from '../../schedule/lowering.ts';
import { area, height, planeRegion, type Rect, type TileSize, width } from '../../schedule/tiling.ts';
import { ofmapWidth } from '../../tensor/conv.ts';
import type { IfmapLayout } from './layout.ts';
import type { MachineLayer } from './machine-layer.ts';
import { joinRegions, type RegionRows, regionsOf } from './regions.ts';
import type { MachineShape } from './shape.ts';

export interface RowCut {
  readonly regions: readonly RegionRows[];
  /** What of the ifmap's planes lies under each region. */
  readonly planes: readonly Rect[];
}

/** Of a row or a column of an ofmap: places in it have ten bits and a sign among them (blocks/layer-control/layer.ts). */
const MOST_PIXELS = 511;

/** From one region to the finest, those that some tile might make fit. */
export function rowCuts(
  of: { readonly layer: MachineLayer; readonly lowered: LoweredLayer; readonly groups: number },
  { ofmap, shape }: { readonly ofmap: IfmapLayout; readonly shape: MachineShape },
): readonly RowCut[] {
  const Q = ofmapWidth(of.layer.conv);
  if (Math.max(Q, ...ofmap.size.slice(1)) > MOST_PIXELS) return [];
  const finest = regionsOf(of.layer, ofmap);
  const columns: Rect['x'] = [0, Q];
  const cuts = finest.map((_, i): RowCut => {
    const regions = joinRegions(finest, finest.length - i);
    return { regions, planes: regions.map(({ rows }) => planeRegion({ y: rows, x: columns }, of.lowered)) };
  });
  return cuts.filter(
    ({ regions, planes }) =>
      regions.length <= shape.partitions &&
      regions.every(({ rows }) => area({ y: rows, x: columns }) <= shape.ofmWords) &&
      planes.every((plane) => of.groups * Math.ceil(area(plane) / BEAT_BYTES) <= shape.valueBeats),
  );
}

/** Whether the tables hold as many tiles, counted and not yet cut. */
export function countsFit(
  planes: readonly Rect[],
  [h, w]: TileSize,
  { groups, shape }: { readonly groups: number; readonly shape: MachineShape },
): boolean {
  let tiles = 0;
  for (const plane of planes) {
    const own = Math.ceil(height(plane) / h) * Math.ceil(width(plane) / w);
    if (own * groups > shape.entries) return false;
    tiles += own;
  }
  return tiles <= Math.min(shape.tiles, 1023);
}
