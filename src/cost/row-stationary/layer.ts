/**
 * A layer as rows: a PE slides one row of a filter over one row of an ifmap and makes one row of psums.
 *
 *            ofmap row 0   row 1   row 2          a set: R x e PEs
 *   filter row 0   i0        i1      i2           ifmap rows go up the diagonals,
 *   filter row 1   i1        i2      i3           psums down the columns
 *
 * Kernels higher than the array, or wider than a PE's ifmap memory, fall into pieces that count as channels of their own.
 * Source: Chen et al., ISCA 2016, section V.
 */
import { fail } from '../../errors.ts';
import type { LayerWork } from '../../model/work.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import type { RowChip } from './chip.ts';

export interface RowLayer {
  readonly N: number;
  readonly groups: number; // run one after another; C and K are those of one
  readonly C: number;
  readonly K: number;
  readonly P: number;
  readonly Q: number;
  readonly R: number; // rows of the largest kernel piece
  readonly S: number;
  readonly pieces: number; // of a kernel: each like a channel
  readonly window: number; // ifmap words under a piece's row, gaps of dilation counted
  readonly height: number; // ifmap rows under the whole kernel
  readonly width: number; // ifmap row with its padding
  readonly stride: number; // from one ofmap row to the next
  readonly weights: number; // of one filter and group
  readonly H: number; // the ifmap as DRAM holds it, without padding
  readonly W: number;
  readonly padTop: number;
  readonly ifmaps: readonly ByteData[];
}

export function rowLayer({ name, conv, ifmaps }: LayerWork, chip: RowChip): RowLayer {
  const [dy, dx] = conv.dilation;
  const taps = Math.min(conv.S, Math.floor((chip.ifmapSpad - 1) / dx) + 1, chip.filterSpad);
  if (taps < 1) fail(`no row of a ${conv.R}x${conv.S} kernel fits the machine`, { at: `layer "${name}"` });
  const [across, down] = [Math.ceil(conv.S / taps), Math.ceil(conv.R / chip.array.rows)];
  const S = Math.ceil(conv.S / across);
  return {
    N: ifmaps.length,
    groups: conv.groups,
    C: conv.C / conv.groups,
    K: conv.K / conv.groups,
    P: ofmapHeight(conv),
    Q: ofmapWidth(conv),
    R: Math.ceil(conv.R / down),
    S,
    pieces: across * down,
    window: (S - 1) * dx + 1,
    height: (conv.R - 1) * dy + 1,
    width: conv.W + conv.pad[1] + conv.pad[3],
    stride: conv.stride[0],
    weights: (conv.C / conv.groups) * conv.R * conv.S,
    H: conv.H,
    W: conv.W,
    padTop: conv.pad[0],
    ifmaps,
  };
}

/** Strips of `e` ofmap rows: the ifmap rows each reads, padding cut off. */
export function stripRows(layer: RowLayer, e: number): readonly (readonly [first: number, end: number])[] {
  return Array.from({ length: Math.ceil(layer.P / e) }, (_, s) => {
    const last = Math.min(layer.P, (s + 1) * e) - 1;
    const first = s * e * layer.stride - layer.padTop;
    const end = last * layer.stride - layer.padTop + layer.height;
    return [Math.min(layer.H, Math.max(0, first)), Math.max(0, Math.min(layer.H, end))] as const;
  });
}

/** Ifmap rows that all strips of `e` ofmap rows read together, padding and overlap counted. */
export const rowsRead = ({ P, stride, height }: RowLayer, e: number): number =>
  (P - 1) * stride + height + (Math.ceil(P / e) - 1) * (height - stride);
