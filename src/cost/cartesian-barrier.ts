/** What PEs of cartesian products do between two barriers: vectors of non-zeros against vectors of taps, the slowest PE waited for. */
import { cyclesPerSlot } from './bank-contention.ts';

/** Work of all PEs between two barriers, or summed over many. */
export interface Work {
  readonly cycles: number;
  /** Slots of the slowest PE: what every PE spends. */
  readonly slots: number;
  readonly products: number;
  readonly barriers: number;
  readonly weightReads: number;
  readonly ifmapReads: number;
  readonly drained: number; // psums
}

export const nothing: Work = {
  cycles: 0,
  slots: 0,
  products: 0,
  barriers: 0,
  weightReads: 0,
  ifmapReads: 0,
  drained: 0,
};
export const add = (a: Work, b: Work): Work => ({
  cycles: a.cycles + b.cycles,
  slots: a.slots + b.slots,
  products: a.products + b.products,
  barriers: a.barriers + b.barriers,
  weightReads: a.weightReads + b.weightReads,
  ifmapReads: a.ifmapReads + b.ifmapReads,
  drained: a.drained + b.drained,
});

/** The F x I multipliers of a PE, as square as they divide, F the larger. */
export function vectors(count: number): { readonly F: number; readonly I: number } {
  let I = Math.floor(Math.sqrt(count));
  while (count % I !== 0) I--;
  return { F: count / I, I };
}

/** Non-zeros of each virtual channel, and the vectors they fill. */
export interface InVectors {
  readonly counts: Int32Array;
  readonly vectors: Int32Array;
}

export const inVectors = (nonZeros: Uint16Array | Int32Array, size: number): InVectors => {
  const counts = new Int32Array(nonZeros);
  return { counts, vectors: counts.map((n) => Math.ceil(n / size)) };
};

export function total16(counts: Uint16Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}

interface Group {
  /** Its first virtual channel. */
  readonly from: number;
  readonly weights: (pe: number) => InVectors;
  readonly slot: readonly number[];
  /** Vectors of weights that a PE's FIFO holds, where they are broadcast: how far PEs drift apart. */
  readonly fifo?: number;
}

/** One group on all PEs: the slowest sets the time. */
export function barrier(pes: readonly InVectors[], { from, weights, slot, fifo }: Group): Work {
  let [cycles, longest, products, weightReads, ifmapReads] = [0, 0, 0, 0, 0];
  const paces: number[] = [];
  for (const [pe, ifmap] of pes.entries()) {
    const weight = weights(pe);
    let [slots, mine] = [0, 0];
    for (let v = 0, at = from; v < weight.counts.length; v++, at++) {
      const [n, taps] = [ifmap.counts[at]!, weight.counts[v]!];
      if (n === 0 || taps === 0) continue;
      slots += ifmap.vectors[at]! * weight.vectors[v]!;
      mine += n * taps;
      weightReads += ifmap.vectors[at]! * taps;
      ifmapReads += n;
    }
    products += mine;
    longest = Math.max(longest, slots);
    paces.push(slots > 0 ? cyclesPerSlot(mine / slots, slot) : 0);
    cycles = Math.max(cycles, slots * paces[pe]!);
  }
  if (fifo !== undefined && pes.length > 1)
    cycles = Math.max(cycles, drifting(pes, { from, weight: weights(0), paces, fifo }));
  return { cycles, slots: longest, products, barriers: 1, weightReads, ifmapReads, drained: 0 };
}

interface Broadcast {
  readonly from: number;
  readonly weight: InVectors;
  readonly paces: readonly number[]; // cycles a slot, by PE
  readonly fifo: number;
}

/**
 * The same, where weights reach all PEs together: those of a channel stay in a PE's FIFO until it has no more ifmap values
 * of it, and the next channels' come in only where every FIFO has room.
 */
function drifting(pes: readonly InVectors[], { from, weight, paces, fifo }: Broadcast): number {
  const ends = pes.map(() => 0); // by PE, of its last channel
  const slowest = new Float64Array(weight.counts.length); // by channel, the end on the slowest PE
  let [held, oldest, room] = [0, 0, 0];
  for (let v = 0; v < weight.counts.length; v++) {
    for (held += weight.vectors[v]!; held > fifo && oldest < v; oldest++) {
      held -= weight.vectors[oldest]!;
      room = slowest[oldest]!;
    }
    let last = room;
    for (const [pe, ifmap] of pes.entries()) {
      const slots = ifmap.vectors[from + v]! * weight.vectors[v]!;
      ends[pe] = Math.max(ends[pe]!, room) + slots * paces[pe]!;
      last = Math.max(last, ends[pe]!);
    }
    slowest[v] = last;
  }
  return Math.max(...ends);
}
