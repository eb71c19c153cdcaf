/** What the passes of a layer do, in counts: what is multiplied whatever their order, and what shows as they are dealt. */
import type { Schedule } from '../schedule/schedule.ts';
import type { LayerCounts } from './count-layer.ts';
import type { DealtTile } from './dealt-tile.ts';
import type { Pass } from './passes.ts';

export interface Multiplied {
  readonly macs: number; // multiplications carried out
  readonly tapsLoaded: number; // into all PEs, of channels that are not empty
  readonly streamedBits: number; // ifmap bits the feeders read
}

/** Every tile meets every block of filters once, so channels are summed over the blocks that read them. */
export function multiplied(
  { weights, partitions }: LayerCounts,
  { conv, blocks, lowered }: Schedule,
): Multiplied {
  const readers = weights.map((phase, p) => {
    const slices = lowered[p]!.slices.length;
    const [taps, count] = [new Float64Array(conv.C * slices), new Float64Array(conv.C * slices)];
    for (const [b, { all }] of phase.blocks.entries()) {
      const first = blocks[b]!.channels[0] * slices;
      for (let i = 0; i < all.length; i++) {
        taps[first + i]! += all[i]!;
        if (all[i]! > 0) count[first + i]!++;
      }
    }
    return { taps, count };
  });
  let [macs, tapsLoaded, streamedBits] = [0, 0, 0];
  for (const { tiles } of partitions)
    for (const { phase, nonZeros, pixels } of tiles) {
      const { taps, count } = readers[phase]!;
      for (let v = 0; v < nonZeros.length; v++) {
        const n = nonZeros[v]!;
        if (n === 0) continue;
        macs += n * taps[v]!;
        tapsLoaded += taps[v]!;
        streamedBits += (pixels + 8 * n) * count[v]!;
      }
    }
  return { macs, tapsLoaded, streamedBits };
}

export interface Done {
  waves: number;
  slots: number; // operations sent to rows
  macsIssued: number; // slots x the filters that read the row's channel
  psumsDrained: number; // of all filters
}

/** The same passes, each tile of them added to `done` when it is dealt. */
export function* tallied(passes: Iterable<Pass>, schedule: Schedule, done: Done): Generator<Pass> {
  for (const pass of passes) {
    const { filters, channels } = schedule.blocks[pass.block]!;
    const drain = filters[1] - filters[0];
    // All filters of the block read a channel, but for groups that sit side by side.
    const read = (drain * (schedule.conv.C / schedule.conv.groups)) / (channels[1] - channels[0]);
    yield { ...pass, tiles: counted(pass.tiles, { read, drain }) };
  }

  function* counted(
    tiles: Iterable<DealtTile>,
    filters: { readonly read: number; readonly drain: number },
  ): Generator<DealtTile> {
    for (const tile of tiles) {
      done.waves += tile.waves;
      done.slots += tile.slots;
      done.macsIssued += tile.slots * filters.read;
      done.psumsDrained += tile.psums * filters.drain;
      yield tile;
    }
  }
}
