/**
 * How many taps each slice of a kernel may keep, so that every filter is alike and the share comes out exact.
 *
 *   3x3 slices at one half:   input channel   0  1  2  3  4  5      the same for every filter:
 *                             taps kept       5  4  5  4  5  4      mean 4.5
 *
 * 4.5 taps cannot be kept, so the rounding error is carried from one slice to the next, over slices and input
 * channels (error diffusion): a count never is further than one tap from its share, and neither is any sum of them.
 */
import type { Slice, SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { kept } from './pruner.ts';

export interface Allotment {
  readonly slices: readonly Slice[]; // those of two taps or more
  /** Taps kept, at [channel * slices.length + slice]; channels counted over all groups. */
  readonly taps: Int32Array;
  /**
   * Positions that are a slice alone. One tap can only stay or go, so there the rule reads over the channels of
   * a filter: a column of C/groups taps keeps its share by magnitude.
   */
  readonly singles: readonly number[];
  /** Taps such a column keeps, at [group * singles.length + single]. */
  readonly columnTaps: Int32Array;
}

export function allot(conv: ConvShape, { zeros, slicesOf }: SparsityRule): Allotment {
  const all = slicesOf(conv).filter((slice) => slice.length > 0);
  requireCover(all, conv);
  const slices = all.filter((slice) => slice.length > 1);
  const singles = all.filter((slice) => slice.length === 1).map(([position]) => position!);

  const channels = conv.C / conv.groups;
  const taps = new Int32Array(conv.C * slices.length);
  const columnTaps = new Int32Array(conv.groups * singles.length);
  let seen = 0;
  const share = (count: number): number => kept(seen + count, zeros) - kept(seen, zeros);
  for (let group = 0; group < conv.groups; group++) {
    for (let c = 0; c < channels; c++)
      for (let s = 0; s < slices.length; s++) {
        const size = slices[s]!.length;
        taps[(group * channels + c) * slices.length + s] = share(size);
        seen += size;
      }
    for (let s = 0; s < singles.length; s++) {
      columnTaps[group * singles.length + s] = share(channels);
      seen += channels;
    }
  }
  return { slices, taps, singles, columnTaps };
}

/** A machine that names a tap twice, or forgets one, is a bug of ours. */
function requireCover(slices: readonly Slice[], { R, S }: ConvShape): void {
  const times = new Uint8Array(R * S);
  for (const position of slices.flat()) times[position] = (times[position] ?? 0) + 1;
  if (slices.flat().length !== R * S || times.some((n) => n !== 1))
    throw new Error(`the slices of a ${R}x${S} kernel must cover each of its taps once`);
}
