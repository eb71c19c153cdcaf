/** Taps of each filter on each virtual channel, and of filters taken so many at a time. */
import type { LoweredLayer } from '../schedule/lowering.ts';
import type { ConvShape } from '../tensor/conv.ts';

export interface FilterTaps {
  /** Virtual channels a filter reads: its group's channels x slices. */
  readonly virtual: number;
  readonly counts: Uint16Array; // [K, virtual]
}

export function filterTaps(weight: Int8Array, conv: ConvShape, { slices }: LoweredLayer): FilterTaps {
  const [channels, positions] = [conv.C / conv.groups, conv.R * conv.S];
  const virtual = channels * slices.length;
  const counts = new Uint16Array(conv.K * virtual);
  if (positions === 1) {
    for (let i = 0; i < weight.length; i++) counts[i] = weight[i] === 0 ? 0 : 1;
    return { virtual, counts };
  }
  const sliceOf = new Int32Array(positions).fill(-1); // under dilation every phase has every tap
  for (const [s, slice] of slices.entries()) for (const { weight: tap } of slice.taps) sliceOf[tap] = s;
  for (let kernel = 0, at = 0; kernel < conv.K * channels; kernel++)
    for (let i = 0; i < positions; i++, at++)
      if (weight[at] !== 0 && sliceOf[i]! >= 0) counts[kernel * slices.length + sliceOf[i]!]!++;
  return { virtual, counts };
}

export interface TapGroup {
  readonly channelGroup: number;
  readonly filters: number;
  readonly taps: Int32Array; // a virtual channel
}

/** Taps summed over every `Kc` filters in order; no group of filters reaches over a group of channels. */
export function groupVectors(
  { virtual, counts }: FilterTaps,
  conv: ConvShape,
  Kc: number,
): readonly TapGroup[] {
  const perGroup = conv.K / conv.groups;
  const groups: TapGroup[] = [];
  for (let channelGroup = 0; channelGroup < conv.groups; channelGroup++)
    for (let f = 0; f < perGroup; f += Kc) {
      const filters = Math.min(Kc, perGroup - f);
      const taps = new Int32Array(virtual);
      for (let k = 0; k < filters; k++) {
        const from = (channelGroup * perGroup + f + k) * virtual;
        for (let v = 0; v < virtual; v++) taps[v]! += counts[from + v]!;
      }
      groups.push({ channelGroup, filters, taps });
    }
  return groups;
}
