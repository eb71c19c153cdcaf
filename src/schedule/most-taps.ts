/** How many taps a row waits for: of each channel and slice, those of the filter that has most. */
import { countNonZeroColumns } from '../tensor/bytes.ts';
import type { PlaneSlice } from './lowering.ts';

/** Filters that read the same channels, one after another. */
export interface Filters {
  readonly weight: Int8Array; // [filters, channels, positions]
  readonly channels: number;
  readonly positions: number; // of a kernel
}

/** Of virtual channels, channel * slices + slice. */
export function mostTaps(
  { weight, channels, positions }: Filters,
  slices: readonly PlaneSlice[],
): Uint8Array {
  const most = new Uint8Array(channels * slices.length);
  if (positions === 1) {
    const held = countNonZeroColumns(weight, channels);
    for (let c = 0; c < channels; c++) most[c] = Math.min(1, held[c]!);
    return most;
  }
  const taps = Int32Array.from(slices.flatMap((slice) => slice.taps.map((tap) => tap.weight)));
  const ends: number[] = [];
  for (const slice of slices) ends.push((ends.at(-1) ?? 0) + slice.taps.length);
  for (let base = 0, v = 0; base < weight.length; base += positions) {
    for (let s = 0, i = 0; s < ends.length; s++, v++) {
      let held = 0;
      for (const end = ends[s]!; i < end; i++) {
        const tap = weight[base + taps[i]!]!;
        held += (tap | -tap) >>> 31; // 1 where it is not 0
      }
      if (held > most[v]!) most[v] = held;
    }
    if (v === most.length) v = 0; // the next filter
  }
  return most;
}
