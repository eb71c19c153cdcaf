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
}

/** One group on all PEs: the slowest sets the time. */
export function barrier(pes: readonly InVectors[], { from, weights, slot }: Group): Work {
  let [cycles, longest, products, weightReads, ifmapReads] = [0, 0, 0, 0, 0];
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
    if (slots > 0) cycles = Math.max(cycles, slots * cyclesPerSlot(mine / slots, slot));
  }
  return { cycles, slots: longest, products, barriers: 1, weightReads, ifmapReads, drained: 0 };
}
