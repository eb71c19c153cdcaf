/** How many filters and channels a PE holds at a time: as many as its compressed weights and psums leave room for. */
import { fail } from '../../errors.ts';
import type { LayerWork } from '../../model/work.ts';
import { type WeightColumns, weightColumns } from './counts.ts';

/** A PE's memories, in values. */
export interface SparsePe {
  readonly ifmapSpad: number; // of a window, so that channels x taps fit
  readonly weightSpad: number; // non-zeros
  readonly psumSpad: number; // filters
}

export interface Chunks {
  readonly columns: WeightColumns;
  readonly channels: number; // of a chunk, in one group
}

/** The most filters whose densest chunk of a single channel fits, then as many channels as fit with them. */
export function chooseChunks(work: LayerWork, pe: SparsePe): Chunks {
  const { conv, name } = work;
  const [K, C] = [conv.K / conv.groups, conv.C / conv.groups];
  const mostChannels = Math.min(C, Math.max(1, Math.floor(pe.ifmapSpad / conv.S)));
  let best: Chunks | undefined;
  for (
    let filters = Math.min(K, pe.psumSpad, MOST_FILTERS);
    filters >= 1;
    filters = Math.floor(filters / 2)
  ) {
    if (best && filters * mostChannels <= best.columns.filters * best.channels) break;
    const columns = weightColumns(work, filters);
    const channels = channelsThatFit(columns, { C, R: conv.R, most: mostChannels, room: pe.weightSpad });
    if (channels === 0) continue;
    // A PE's work at a time, in dense products: the more, the rarer a barrier.
    if (!best || filters * channels > best.columns.filters * best.channels) best = { columns, channels };
  }
  return (
    best ??
    fail(`no row of a ${conv.R}x${conv.S} layer of ${conv.C} channels fits the machine`, {
      at: `layer "${name}"`,
      hint: `raise pe.weightDepth (${pe.weightSpad})`,
    })
  );
}

/** A column's non-zeros are counted in bytes. */
const MOST_FILTERS = 255;

/** The most channels a chunk, equal but for the last, of which none holds more non-zeros in a filter row than there is room. */
function channelsThatFit(
  { held }: WeightColumns,
  { C, R, most, room }: { C: number; R: number; most: number; room: number },
): number {
  for (let channels = most; channels >= 1; channels--)
    if (fits(held, { C, R, channels, room })) return channels;
  return 0;
}

function fits(
  held: Uint16Array,
  { C, R, channels, room }: { C: number; R: number; channels: number; room: number },
): boolean {
  for (let from = 0; from < held.length; from += C * R)
    for (let c = 0; c < C; c += channels)
      for (let r = 0; r < R; r++) {
        let sum = 0;
        for (let i = c; i < Math.min(C, c + channels); i++) sum += held[from + i * R + r]!;
        if (sum > room) return false;
      }
  return true;
}
