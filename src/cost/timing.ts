/**
 * Time on the array, in closed form over non-zero counts.
 *
 *   compute(g) = max over rows of n * K + gap          a wave takes as long as its slowest row
 *   load(g)    = ceil(sum over rows of K / lanes) + 2  its weights, while the wave before computes
 *   wave(g)    = max(compute(g), load(g + 1))
 *   tile       = sum of wave(g)
 *   drain      = psums + 2                             under the next tile where there are two psum banks
 *
 * Rows and columns are skewed by one cycle each, operations, weights and psums alike, so that neither load nor drain
 * pays for the size of the array; the skew is paid once, at the end of a layer (docs/decisions/001).
 */
import type { Arch } from '../arch/arch.ts';
import type { WaveOrder } from '../schedule/waves.ts';

/** Switching to the weight bank just loaded, or to the psum bank just filled. */
export const BANK_SWITCH = 2;

export interface TileTime {
  readonly load: number; // of its first wave
  readonly open: number; // cycles of all waves but the last one
  readonly last: number; // compute cycles of the last wave
  readonly drain: number; // 0 where nothing was computed, or psums stay for the next chunk of channels
  // Busy cycles of each resource, and what was done.
  readonly compute: number;
  readonly loads: number;
  readonly waves: number;
  readonly slots: number; // sum of n * K over rows: operations sent into the array
  readonly loaded: number; // sum of K over rows
}

export interface TileCounts {
  readonly nonZeros: Uint16Array; // of each virtual channel
  readonly taps: Uint8Array; // the most of any filter of the block
}

export function timeTile(
  { nonZeros, taps }: TileCounts,
  order: WaveOrder,
  { arch, drain }: { arch: Arch; drain: number },
): TileTime {
  const { rows } = arch.array;
  const { weightLanes, channelGap } = arch.pe;
  let [open, last, firstLoad, compute, loads, waves, slots, loaded] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let from = 0; from < order.count; from += rows) {
    const end = Math.min(order.count, from + rows);
    let [slowest, toLoad] = [0, 0];
    for (let i = from; i < end; i++) {
      const v = order.channels[i]!;
      const work = nonZeros[v]! * taps[v]!;
      if (work > slowest) slowest = work;
      slots += work;
      if (work > 0) toLoad += taps[v]!;
    }
    if (slowest === 0) continue; // only without rearrangement: a wave of empty channels is skipped
    const load = Math.ceil(toLoad / weightLanes) + BANK_SWITCH;
    if (waves === 0) firstLoad = load;
    else open += Math.max(last, load);
    last = slowest + channelGap;
    compute += last;
    loads += load;
    loaded += toLoad;
    waves++;
  }
  const drains = waves > 0 && drain > 0 ? drain + BANK_SWITCH : 0;
  return { load: firstLoad, open, last, drain: drains, compute, loads, waves, slots, loaded };
}

/** Cycles of tiles run one after another, the first load shown, up to the end of each; the skew is not in here. */
export function chainTiles(
  tiles: readonly TileTime[],
  { pe }: Arch,
): { readonly ends: Float64Array; readonly cycles: number } {
  const ends = new Float64Array(tiles.length);
  let time = tiles[0]?.load ?? 0;
  let draining = 0;
  for (const [t, tile] of tiles.entries()) {
    const busy = tile.open + Math.max(tile.last, tiles[t + 1]?.load ?? 0);
    time += pe.psumBanks === 2 ? Math.max(busy, draining) : busy + tile.drain;
    draining = tile.drain;
    ends[t] = time;
  }
  return { ends, cycles: time + (pe.psumBanks === 2 ? draining : 0) };
}
