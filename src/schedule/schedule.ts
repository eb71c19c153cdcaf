/** A schedule: everything that is decided about one layer before it runs. */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';
import type { FilterBlock } from './blocks.ts';
import type { ChannelOrder } from './channel-order.ts';
import type { LoweredLayer } from './lowering.ts';
import type { Rect, TileSize } from './tiling.ts';

/** A share of the ifmaps that is on chip at once: one rectangle of the ofmap grid, for one image or several. */
export interface IfmapPartition {
  readonly images: readonly [first: number, end: number];
  readonly ofmap: Rect;
}

export interface Schedule {
  readonly conv: ConvShape;
  readonly lowered: readonly LoweredLayer[];
  readonly blocks: readonly FilterBlock[];
  readonly tile: TileSize;
  readonly partitions: readonly IfmapPartition[];
  /** Filter blocks whose weights are on chip at once: [first, end) of blocks. */
  readonly weightPartitions: readonly (readonly [first: number, end: number])[];
  /**
   * Filter blocks whose psums share the PEs, at different addresses, so that their weights are fetched channel by channel
   * together: more than 1 only where a layer is one small tile (fully connected layers; small 1x1 maps).
   */
  readonly blocksTogether: number;
  /** Pieces the channels of a block are cut into where its weights do not fit at once; psums then meet on the way out. */
  readonly channelChunks: number;
  readonly rearrange: Arch['rearrange'];
  /** In which all tiles take the channels, unless each is sorted by itself. */
  readonly order: ChannelOrder;
}

export interface Operands {
  readonly conv: ConvShape;
  readonly ifmaps: readonly ByteData[]; // [C, H, W] each
  readonly weight: Int8Array; // [K, C/groups, R, S]
}

/** A fully connected layer is a 1x1 convolution over one row of pixels, one pixel an image of the batch. */
export function operandsOf({ op, conv, ifmaps, weight }: LayerWork): Operands {
  if (op === 'conv' || ifmaps.length === 1) return { conv, ifmaps, weight: weight.data };
  const batch = ifmaps.length;
  const row = ifmaps[0] instanceof Int8Array ? new Int8Array(conv.C * batch) : new Uint8Array(conv.C * batch);
  for (let c = 0; c < conv.C; c++) for (let n = 0; n < batch; n++) row[c * batch + n] = ifmaps[n]![c]!;
  return { conv: { ...conv, W: batch }, ifmaps: [row], weight: weight.data };
}
