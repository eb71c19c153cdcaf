/** When the array is done with each pass, at the pace of the machine. */
import type { Arch } from '../arch/arch.ts';
import { weightBanks } from '../schedule/weight-banks.ts';
import type { LayerCounts } from './count-layer.ts';
import { type ArrayTime, freeRows } from './free-rows.ts';
import type { Pass } from './passes.ts';
import { chainTiles, timeTile } from './timing.ts';

export const arrayTime = (passes: readonly Pass[], counts: LayerCounts, arch: Arch): ArrayTime =>
  arch.pace === 'free'
    ? freeRows(passes, arch, weightBanks(mostTaps(counts), arch.pe))
    : lockStep(passes, arch);

function lockStep(passes: readonly Pass[], arch: Arch): ArrayTime {
  const tiles = passes.flatMap((pass) => pass.tiles.map((tile) => timeTile(tile, arch)));
  const { ends, cycles } = chainTiles(tiles, arch);
  const sum = (of: 'compute' | 'loads' | 'drain'): number =>
    tiles.reduce((total, tile) => total + tile[of], 0);
  let tile = 0;
  return {
    ends: Float64Array.from(passes, (pass) => {
      tile += pass.tiles.length;
      return tile > 0 ? ends[tile - 1]! : 0;
    }),
    cycles,
    busy: { compute: sum('compute'), weights: sum('loads'), drain: sum('drain') },
  };
}

/** Of any virtual channel, for any block of filters. */
export function mostTaps({ weights }: LayerCounts): number {
  let most = 0;
  for (const { blocks } of weights)
    for (const block of blocks) for (const taps of block.most) if (taps > most) most = taps;
  return most;
}
