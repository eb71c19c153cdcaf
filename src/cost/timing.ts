/**
 * Time on the array, in closed form over non-zero counts.
 *
 *   compute(g) = max over rows of n * K + gap          a wave takes as long as its slowest row
 *   load(g)    = ceil(sum over rows of K / lanes) + 2  its weights, while the wave before computes; where they are
 *                gathered in a tile's own order, no faster than so many channels a cycle
 *   wave(g)    = max(compute(g), load(g + 1))
 *   tile       = sum of wave(g)
 *   drain      = psums + 2                             from compute(last) on, under the next tile where there are two banks
 *
 * Rows and columns are skewed by one cycle each, operations, weights and psums alike, so that neither load nor drain
 * pays for the size of the array; the skew is paid once, at the end of a layer (docs/decisions/001).
 */
import type { Arch } from '../arch/arch.ts';
import { gathering, type WaveOrder } from '../schedule/waves.ts';

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
      toLoad += taps[v]!; // of a channel without non-zeros too, for it lies among the others
    }
    if (slowest === 0) continue; // only in a fixed order: a wave of empty channels is skipped
    const load = Math.max(Math.ceil(toLoad / weightLanes), gathering(end - from, arch)) + BANK_SWITCH;
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

/** The last chunk of a lone tile has nothing to multiply, but the psums of the chunks before it must leave. */
export const idleWave = (psums: number, { pe }: Arch): TileTime => ({
  load: BANK_SWITCH,
  open: 0,
  last: pe.channelGap,
  drain: psums + BANK_SWITCH,
  compute: pe.channelGap,
  loads: BANK_SWITCH,
  waves: 1,
  slots: 0,
  loaded: 0,
});
