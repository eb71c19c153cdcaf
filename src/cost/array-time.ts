/** When the array is done with each pass, at the pace of the machine. */
import type { Arch } from '../arch/arch.ts';
import { weightBanks } from '../schedule/weight-banks.ts';
import type { LayerCounts } from './count-layer.ts';
import { type ArrayTime, freeRows } from './free-rows.ts';
import type { Pass } from './passes.ts';
import { chainTiles, type TileTime, timeTile } from './timing.ts';

export const arrayTime = (passes: Iterable<Pass>, counts: LayerCounts, arch: Arch): ArrayTime =>
  arch.pace === 'free'
    ? freeRows(passes, arch, weightBanks(mostTaps(counts), arch.pe))
    : lockStep(passes, arch);

function lockStep(passes: Iterable<Pass>, arch: Arch): ArrayTime {
  const tiles: TileTime[] = [];
  const upTo: number[] = []; // tiles, of each pass
  for (const pass of passes) {
    for (const tile of pass.tiles) tiles.push(timeTile(tile, arch));
    upTo.push(tiles.length);
  }
  const { ends, cycles } = chainTiles(tiles, arch);
  const sum = (of: 'compute' | 'loads' | 'drain'): number =>
    tiles.reduce((total, tile) => total + tile[of], 0);
  return {
    ends: upTo.map((end) => (end > 0 ? ends[end - 1]! : 0)),
    cycles,
    busy: { compute: sum('compute'), weights: sum('loads'), drain: sum('drain') },
  };
}

/** Of any virtual channel, for any block of filters. */
export function mostTaps({ weights }: LayerCounts): number {
  let most = 0;
  for (const { blocks } of weights)
    for (const block of blocks)
      for (let v = 0; v < block.most.length; v++) if (block.most[v]! > most) most = block.most[v]!;
  return most;
}
