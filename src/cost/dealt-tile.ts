/** A tile dealt into waves: what every row has to do in each, and what each load brings. How long that takes is the pace's. */
import type { Arch } from '../arch/arch.ts';
import { gathering, type WaveOrder } from '../schedule/waves.ts';

export interface DealtTile {
  readonly waves: number;
  /** n * K of each row in each wave, at wave * rows + row: operations sent into the array. */
  readonly works: Int32Array;
  /** Cycles of each wave's load: its taps over the lanes; where they are gathered in a tile's own order, no fewer than that takes. */
  readonly words: Int32Array;
  /** That leave when the tile ends: 0 where nothing was computed, or where they stay for the next chunk of channels. */
  readonly psums: number;
  readonly slots: number; // sum of n * K over rows
  readonly loaded: number; // sum of K over rows
}

export interface TileCounts {
  readonly nonZeros: Uint16Array; // of each virtual channel
  readonly taps: Uint8Array; // the most of any filter of the block
}

/** `rows` channels a wave, in the order given; one without taps takes no row, one without non-zeros does. */
export function dealTile(
  { nonZeros, taps }: TileCounts,
  order: WaveOrder,
  { arch, psums }: { arch: Arch; psums: number },
): DealtTile {
  const { rows } = arch.array;
  const { weightLanes } = arch.pe;
  const most = Math.ceil(order.count / rows);
  const works = new Int32Array(most * rows);
  const words = new Int32Array(most);
  let [waves, slots, loaded] = [0, 0, 0];
  for (let from = 0; from < order.count; from += rows) {
    const end = Math.min(order.count, from + rows);
    let [row, toLoad, busy] = [waves * rows, 0, 0];
    for (let i = from; i < end; i++) {
      const v = order.channels[i]!;
      const held = taps[v]!;
      if (held === 0) continue;
      const work = nonZeros[v]! * held;
      works[row++] = work;
      busy += work;
      toLoad += held; // of a channel without non-zeros too, for it lies among the others
    }
    if (busy === 0) continue; // only in a fixed order: a wave of empty channels is skipped
    words[waves] = Math.max(Math.ceil(toLoad / weightLanes), gathering(end - from, arch));
    slots += busy;
    loaded += toLoad;
    waves++;
  }
  return { waves, works, words, psums: waves > 0 ? psums : 0, slots, loaded };
}

/** The last chunk of a lone tile has nothing to multiply, but the psums of the chunks before it must leave. */
export const idleTile = (psums: number, { array }: Arch): DealtTile => ({
  waves: 1,
  works: new Int32Array(array.rows),
  words: new Int32Array(1),
  psums,
  slots: 0,
  loaded: 0,
});
