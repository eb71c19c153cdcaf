/** A layer on PEs of cartesian products: planes tiled over them, or filters shared out, group after group. */
import type { Arch } from '../arch/arch.ts';
import { fail } from '../errors.ts';
import { lower } from '../schedule/lowering.ts';
import type { Operands } from '../schedule/schedule.ts';
import { add, barrier, inVectors, nothing, total16, vectors, type Work } from './cartesian-barrier.ts';
import { planeTilings, type Tiling } from './cartesian-tiles.ts';
import { filterTaps, groupVectors, type TapGroup } from './filter-taps.ts';
import { countIfmap } from './ifmap-counts.ts';

export interface Timing {
  /** Cycles of a slot by its products. */
  readonly slot: readonly number[];
  readonly storedBits: number; // of an ifmap value with its run
}

export interface LayerTime {
  readonly total: Work;
  readonly tile: readonly [h: number, w: number];
  readonly Kc: number;
  readonly weightFetches: number;
  readonly ifmapFetches: number;
}

/** Planes cut over the PEs, and in time where the accumulators or the ifmap memories ask for it or time is won. */
export function tiledPlanes({ conv, ifmaps, weight }: Operands, arch: Arch, timing: Timing): LayerTime {
  let layer: LayerTime | undefined;
  for (const lowered of lower(conv, 'none')) {
    const tilings = [...planeTilings(lowered, conv, arch)];
    if (tilings.length === 0)
      return fail(
        `no tile of a ${conv.R}x${conv.S} kernel fits the machine's ${arch.pe.psumDepth} accumulators a PE`,
        { hint: 'raise pe.psumDepth' },
      );
    const tiles = tilings.flatMap((tiling) => tiling.tiles);
    const counts = ifmaps.map((ifmap) => countIfmap(ifmap, conv, { lowered, tiles }).tiles);
    const taps = filterTaps(weight, conv, lowered);
    let first = 0;
    const times = tilings.map((tiling) => {
      const mine = counts.map((all) => all.slice(first, first + tiling.tiles.length));
      first += tiling.tiles.length;
      return timeOf(tiling, {
        conv,
        groups: groupVectors(taps, conv, tiling.Kc),
        counts: mine,
        arch,
        ...timing,
      });
    });
    // What the ifmap memories hold goes first; then fewest cycles; of equals the first, which fetches weights least often.
    const held = times.filter((time) => time.ifmapFetches === 1);
    const best = (held.length > 0 ? held : times).reduce((least, time) =>
      time.total.cycles < least.total.cycles ? time : least,
    );
    layer = layer ? { ...layer, total: add(layer.total, best.total) } : best;
  }
  return layer!;
}

interface Counted {
  readonly conv: Operands['conv'];
  readonly groups: readonly TapGroup[];
  /** Non-zeros of each tile of the tiling, one list an image. */
  readonly counts: readonly (readonly Uint16Array[])[];
  readonly arch: Arch;
}

function timeOf(
  tiling: Tiling,
  { conv, groups, counts, arch, slot, storedBits }: Counted & Timing,
): LayerTime {
  const { F, I } = vectors(arch.array.cols);
  const capacity = (8 * arch.buffers.ifmapBytes) / arch.array.rows / storedBits; // values a PE
  const perGroup = groups[0]!.taps.length;
  const weights = groups.map(({ taps }) => inVectors(taps, F));
  let total = nothing;
  let overflows = false;
  for (const image of counts)
    for (let first = 0; first < image.length; first += tiling.together) {
      const pes = image.slice(first, first + tiling.together);
      const psums = tiling.psums.slice(first, first + tiling.together).reduce((a, b) => a + b, 0);
      if (pes.some((channels) => total16(channels) > capacity)) overflows = true;
      const ifmaps = pes.map((channels) => inVectors(channels, I));
      for (const [g, { channelGroup, filters }] of groups.entries()) {
        const done = barrier(ifmaps, {
          ...{ from: channelGroup * perGroup, slot, fifo: arch.pe.weightDepth },
          weights: () => weights[g]!,
        });
        total = add(total, { ...done, drained: psums * filters });
      }
    }
  return {
    total,
    tile: tiling.tile,
    Kc: tiling.Kc,
    weightFetches: counts.length * Math.ceil(tiling.tiles.length / tiling.together),
    ifmapFetches: overflows ? Math.ceil(conv.K / conv.groups / tiling.Kc) : 1,
  };
}

/** Filters dealt to the PEs in order; a PE accumulates its share for every image at once, in as many turns as fit. */
export function sharedFilters(
  { conv, ifmaps, weight }: Operands,
  arch: Arch,
  { slot, storedBits }: Timing,
): LayerTime {
  const { F, I } = vectors(arch.array.cols);
  const batch = conv.W * conv.H * ifmaps.length;
  const PEs = arch.array.rows;
  const most = Math.floor(arch.pe.psumDepth / batch);
  if (most < 1)
    return fail(
      `a batch of ${batch} is more than fits the machine's ${arch.pe.psumDepth} accumulators a PE`,
      {
        hint: 'lower the batch, or raise pe.psumDepth',
      },
    );
  const Kc = Math.min(most, Math.ceil(conv.K / PEs));
  const counts = new Uint16Array(conv.C);
  for (const ifmap of ifmaps)
    for (let i = 0; i < ifmap.length; i++) if (ifmap[i] !== 0) counts[Math.floor(i / (conv.H * conv.W))]!++;
  const lowered = lower(conv, 'none')[0]!;
  const groups = groupVectors(filterTaps(weight, conv, lowered), conv, Kc);
  const ifmap = inVectors(counts, I);
  let total = nothing;
  for (let first = 0; first < groups.length; first += PEs) {
    const turn = groups.slice(first, first + PEs);
    const weights = turn.map(({ taps }) => inVectors(taps, F));
    const done = barrier(
      turn.map(() => ifmap),
      { from: 0, weights: (pe) => weights[pe]!, slot },
    );
    total = add(total, { ...done, drained: batch * turn.reduce((sum, { filters }) => sum + filters, 0) });
  }
  const fits = total16(counts) * storedBits * PEs <= 8 * arch.buffers.ifmapBytes;
  return {
    total,
    tile: [conv.H, conv.W],
    Kc,
    weightFetches: 1,
    ifmapFetches: fits ? 1 : Math.ceil(groups.length / PEs),
  };
}
