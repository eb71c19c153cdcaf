/** Sizes in DRAM and buffers: each stream is a bitmap and its non-zeros, or dense where that is smaller (a flag a layer). */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import type { IfmapPartition } from '../schedule/schedule.ts';
import { area, type Rect } from '../schedule/tiling.ts';
import { type ConvShape, ofmapHeight, ofmapWidth, weightCount } from '../tensor/conv.ts';
import { type ByteData, countNonZeros } from '../tensor/tensor.ts';
import { pixelWeights } from './ifmap-counts.ts';
import type { WeightCounts } from './weight-counts.ts';

/** What of an architecture decides how large an operand is. */
export type Storing = Pick<Arch, 'wordBits' | 'storage'>;

/** Bytes of so many words. */
export const wordBytes = (count: number, bits = 8): number => Math.ceil((count * bits) / 8);

/** Words of the ofmaps of a batch, as they are written back. */
export const ofmapWords = (ofmaps: readonly { readonly length: number }[]): number =>
  ofmaps.reduce((sum, values) => sum + values.length, 0);

/** Bytes of `channels` streams of `each` elements with `nonZeros` in all. */
export const bitmapBytes = (channels: number, each: number, nonZeros: number, bits = 8): number =>
  channels * Math.ceil(each / 8) + wordBytes(nonZeros, bits);

/** What is written back for the batch. */
export const ofmapBytes = (
  { ofmaps, ofmapShape: [K, P, Q] }: LayerWork,
  { wordBits, storage }: Storing,
): number =>
  ofmaps.reduce((sum, ofmap) => {
    const dense = wordBytes(K * P * Q, wordBits.ofmap);
    if (storage === 'dense') return sum + dense;
    return sum + Math.min(dense, bitmapBytes(K, P * Q, countNonZeros(ofmap), wordBits.ofmap));
  }, 0);

/** The ifmap rows and columns that an ofmap rectangle of any phase of the lowering reads. */
export function ifmapRect(conv: ConvShape, ofmap: Rect, { ofmapStep }: LoweredLayer): Rect {
  const axis = (span: Rect['y'], at: 0 | 1): readonly [number, number] => {
    const [size, extent, kernel] =
      at === 0 ? [conv.H, ofmapHeight(conv), conv.R] : [conv.W, ofmapWidth(conv), conv.S];
    const last = Math.min(extent, span[1] * ofmapStep[at]) - 1;
    const first = span[0] * ofmapStep[at] * conv.stride[at] - conv.pad[at];
    const end = last * conv.stride[at] - conv.pad[at] + (kernel - 1) * conv.dilation[at] + 1;
    return [Math.min(size, Math.max(0, first)), Math.max(0, Math.min(size, end))];
  };
  return { y: axis(ofmap.y, 0), x: axis(ofmap.x, 1) };
}

/** An ifmap as it lies in DRAM: its non-zeros in any rectangle over all channels, and whether it is stored dense. */
export interface StoredIfmap {
  readonly nonZeros: (rect: Rect) => number;
  readonly dense: boolean;
  readonly bits: number; // of a word
}

export function storedIfmap(
  ifmap: ByteData,
  conv: ConvShape,
  { wordBits: { ifmap: bits }, storage }: Storing,
): StoredIfmap {
  const nonZeros = pixelWeights(ifmap, conv);
  const [each, whole]: [number, Rect] = [conv.H * conv.W, { y: [0, conv.H], x: [0, conv.W] }];
  const packed = bitmapBytes(conv.C, each, nonZeros(whole), bits);
  return { nonZeros, dense: storage === 'dense' || wordBytes(conv.C * each, bits) <= packed, bits };
}

/** Bytes of rectangles of `each` positions in all, of every channel, that hold `nonZeros`. */
const regionBytes = (
  { dense, bits }: StoredIfmap,
  channels: number,
  each: number,
  nonZeros: () => number,
): number => (dense ? wordBytes(channels * each, bits) : bitmapBytes(channels, each, nonZeros(), bits));

/** Bytes of one ifmap partition, its input halo included. */
export function partitionBytes(
  partition: IfmapPartition,
  conv: ConvShape,
  { lowered, ifmaps }: { lowered: LoweredLayer; ifmaps: readonly StoredIfmap[] },
): number {
  const rect = ifmapRect(conv, partition.ofmap, lowered);
  let sum = 0;
  for (const ifmap of ifmaps.slice(...partition.images))
    sum += regionBytes(ifmap, conv.C, area(rect), () => ifmap.nonZeros(rect));
  return sum;
}

/** Bytes of every ifmap value that some tap reads, once: under a large stride, rows and columns fall through. */
export function neededBytes(conv: ConvShape, ifmaps: readonly StoredIfmap[]): number {
  const rows = read(conv.H, ofmapHeight(conv), {
    kernel: conv.R,
    stride: conv.stride[0],
    dilation: conv.dilation[0],
    pad: conv.pad[0],
  });
  const cols = read(conv.W, ofmapWidth(conv), {
    kernel: conv.S,
    stride: conv.stride[1],
    dilation: conv.dilation[1],
    pad: conv.pad[1],
  });
  const each = rows.length * cols.length;
  const count = (nonZeros: StoredIfmap['nonZeros']): number =>
    runs(rows).reduce((sum, y) => sum + runs(cols).reduce((part, x) => part + nonZeros({ y, x }), 0), 0);
  return ifmaps.reduce(
    (sum, ifmap) => sum + regionBytes(ifmap, conv.C, each, () => count(ifmap.nonZeros)),
    0,
  );
}

interface ReadAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

/** Positions of an axis that some tap reads, in order. */
function read(size: number, ofmap: number, { kernel, stride, dilation, pad }: ReadAxis): readonly number[] {
  const seen = new Uint8Array(size);
  for (let p = 0; p < ofmap; p++)
    for (let r = 0; r < kernel; r++) {
      const at = p * stride + r * dilation - pad;
      if (at >= 0 && at < size) seen[at] = 1;
    }
  return [...seen.keys()].filter((at) => seen[at] === 1);
}

/** Neighbours together: [first, end) of each unbroken run. */
function runs(positions: readonly number[]): readonly (readonly [number, number])[] {
  const list: [number, number][] = [];
  for (const at of positions) {
    const open = list.at(-1);
    if (open && open[1] === at) open[1] = at + 1;
    else list.push([at, at + 1]);
  }
  return list;
}

export interface BlockBytes {
  readonly first: number; // the first of its input channels
  /** Bytes of each input channel of the block, in channel order, as they lie in DRAM one after another. */
  readonly channels: Int32Array;
}

/** Weights of each block, channel by channel: bitmaps and taps, or dense for the whole layer where that is smaller. */
export function weightBytes(
  conv: ConvShape,
  { blocks, weights, slices }: { blocks: readonly FilterBlock[]; weights: WeightCounts; slices: number },
  { wordBits: { weight: bits }, storage }: Storing,
): readonly BlockBytes[] {
  const positions = conv.R * conv.S;
  const filtersOf = ({ filters, channels }: FilterBlock): number =>
    ((filters[1] - filters[0]) * (conv.C / conv.groups)) / (channels[1] - channels[0]);
  const compressed = blocks.map((block, b) => {
    const [bitmap, { all }] = [Math.ceil((filtersOf(block) * positions) / 8), weights.blocks[b]!];
    const sizes = new Int32Array(block.channels[1] - block.channels[0]);
    for (let v = 0; v < all.length; v++) sizes[Math.floor(v / slices)]! += all[v]!;
    for (let c = 0; c < sizes.length; c++) sizes[c] = bitmap + wordBytes(sizes[c]!, bits);
    return { first: block.channels[0], channels: sizes };
  });
  const total = compressed.reduce((sum, { channels }) => sum + channels.reduce((a, n) => a + n, 0), 0);
  if (storage !== 'dense' && total <= wordBytes(weightCount(conv), bits)) return compressed;
  return compressed.map(({ first, channels }, b) => ({
    first,
    channels: channels.fill(wordBytes(filtersOf(blocks[b]!) * positions, bits)),
  }));
}

/** Bytes moved to fetch the channels wanted of [first, end): whole bursts, gaps skipped where a burst is not touched. */
export function fetchedBytes(
  sizes: Int32Array,
  [first, end]: readonly [number, number],
  { wanted, burst }: { wanted: (channel: number) => boolean; burst: number },
): number {
  let [offset, fetchedTo, moved] = [0, 0, 0];
  for (let c = first; c < end; c++) {
    const next = offset + sizes[c]!;
    if (next > offset && wanted(c)) {
      const from = Math.max(fetchedTo, Math.floor(offset / burst) * burst);
      const to = Math.ceil(next / burst) * burst;
      if (to > from) {
        moved += to - from;
        fetchedTo = to;
      }
    }
    offset = next;
  }
  return moved;
}
