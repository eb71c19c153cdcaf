/**
 * Time on the array where the rows of a wave wait for each other, in closed form over non-zero counts.
 *
 *   compute(g) = max over rows of n * K + gap          a wave takes as long as its slowest row
 *   load(g)    = ceil(sum over rows of K / lanes) + 2  its weights, while the wave before computes
 *   wave(g)    = max(compute(g), load(g + 1))
 *   tile       = sum of wave(g)
 *   drain      = psums + 2                             from compute(last) on, under the next tile where there are two banks
 *
 * Rows and columns are skewed by one cycle each, operations, weights and psums alike, so that neither load nor drain
 * pays for the size of the array; the skew is paid once, at the end of a layer (docs/decisions/001).
 */
import type { Arch } from '../arch/arch.ts';
import type { DealtTile } from './dealt-tile.ts';

/** Switching to the weight bank just loaded, or to the psum bank just filled. */
export const BANK_SWITCH = 2;

export interface TileTime {
  readonly load: number; // of its first wave
  readonly open: number; // cycles of all waves but the last one
  readonly last: number; // compute cycles of the last wave
  readonly drain: number; // 0 where nothing was computed, or psums stay for the next chunk of channels
  // Busy cycles of all waves, and of all loads.
  readonly compute: number;
  readonly loads: number;
  readonly waves: number;
}

export function timeTile({ works, words, waves, psums }: DealtTile, { array: { rows }, pe }: Arch): TileTime {
  let [open, last, compute, loads] = [0, 0, 0, 0];
  for (let g = 0; g < waves; g++) {
    let slowest = 0;
    for (let i = g * rows; i < (g + 1) * rows; i++) if (works[i]! > slowest) slowest = works[i]!;
    if (g > 0) open += Math.max(last, words[g]! + BANK_SWITCH);
    last = slowest + pe.channelGap;
    compute += last;
    loads += words[g]! + BANK_SWITCH;
  }
  const load = waves > 0 ? words[0]! + BANK_SWITCH : 0;
  const drain = psums > 0 ? psums + BANK_SWITCH : 0;
  return { load, open, last, drain, compute, loads, waves };
}

/**
 * Cycles of tiles run one after another, the first load shown, up to the end of each; the skew is not in here.
 * A tile without work is no tile to the machine: the load of the next one hides under the last wave before it.
 */
export function chainTiles(
  tiles: readonly TileTime[],
  { pe }: Arch,
): { readonly ends: Float64Array; readonly cycles: number } {
  const ends = new Float64Array(tiles.length);
  const busy = [...tiles.keys()].filter((t) => tiles[t]!.waves > 0);
  let time = tiles[busy[0] ?? 0]?.load ?? 0; // when the tile starts
  let drained = 0; // when the psums of the tile before are out
  let ended = 0;
  for (const [i, t] of busy.entries()) {
    const { open, last, drain } = tiles[t]!;
    ends.fill(ended, busy[i - 1] ?? 0, t);
    const loaded = time + open + (tiles[busy[i + 1] ?? tiles.length]?.load ?? 0);
    const over = Math.max(time + open + last, drained);
    drained = over + drain;
    time = Math.max(pe.psumBanks === 2 ? over : drained, loaded);
    ends[t] = time;
    ended = time;
  }
  ends.fill(ended, busy.at(-1) ?? 0);
  return { ends, cycles: Math.max(time, drained) };
}
