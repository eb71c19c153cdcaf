/** How a layer's weights come on chip: which blocks together, in how many chunks of channels, in which partitions. */
import type { Arch } from '../arch/arch.ts';
import { groupSizes } from '../cost/reuse-order.ts';
import { fetchedBytes, type StoredIfmap, weightBytes } from '../cost/sizes.ts';
import type { WeightCounts } from '../cost/weight-counts.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import { cut, type TileSize } from '../schedule/tiling.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

/** What is known of a layer once it is lowered and counted, and a tile is proposed. */
export interface LayerFacts {
  readonly conv: ConvShape;
  readonly lowered: readonly LoweredLayer[];
  readonly blocks: readonly FilterBlock[];
  readonly tile: TileSize;
  readonly stored: readonly StoredIfmap[];
  readonly ifmaps: readonly ByteData[];
  readonly weights: WeightCounts;
  readonly arch: Arch;
}

/** Bytes of each block's channels, without those that are empty where these are not fetched. */
export function wantedSizes({
  conv,
  lowered,
  blocks,
  weights,
  ifmaps,
  arch,
}: LayerFacts): readonly Int32Array[] {
  const wanted = new Uint8Array(conv.C);
  const pixels = conv.H * conv.W;
  for (let c = 0; c < conv.C; c++)
    if (
      arch.rearrange !== 'per-tile' ||
      ifmaps.some((ifmap) => ifmap.subarray(c * pixels, (c + 1) * pixels).some((x) => x !== 0))
    )
      wanted[c] = 1;
  return weightBytes(conv, { blocks, weights, slices: lowered[0]!.slices.length }, arch).map(
    ({ first, channels }) => channels.map((size, c) => (wanted[first + c] ? size : 0)),
  );
}

export const isOneTile = ({ lowered, tile, ifmaps }: LayerFacts): boolean =>
  lowered.length === 1 &&
  ifmaps.length === 1 &&
  lowered[0]!.ofmap[0] <= tile[0] &&
  lowered[0]!.ofmap[1] <= tile[1];

/**
 * As many blocks as have room for their psums side by side, where the whole layer is one tile and enough channels are
 * empty for that to save a tenth of the bytes fetched; a dense layer would only wait longer for its first weights.
 */
export function togetherIn(layer: LayerFacts, sizes: readonly Int32Array[]): number {
  const { conv, lowered, blocks, tile, arch } = layer;
  if (!isOneTile(layer) || conv.groups > 1) return 1;
  const [{ halo }] = lowered as [LoweredLayer];
  const psums = (tile[0] + halo[0]) * (tile[1] + halo[1]);
  const together = Math.max(1, Math.min(blocks.length, Math.floor(arch.pe.psumDepth / psums)));
  const fetched = (list: readonly Int32Array[]): number =>
    list.reduce(
      (sum, channels) =>
        sum +
        fetchedBytes(channels, [0, channels.length], {
          wanted: (c) => wanted[c] === 1,
          burst: arch.dram.burstBytes,
        }),
      0,
    );
  const wanted = sizes[0]!.map((size) => (size > 0 ? 1 : 0));
  const all = weightBytes(
    conv,
    { blocks, weights: layer.weights, slices: lowered[0]!.slices.length },
    arch,
  ).map(({ channels }) => channels);
  return fetched(groupSizes(all, together)) < 0.9 * fetched(all) ? together : 1;
}

/** The fewest equal pieces of the channels of which each fits. A channel that does not fit alone is streamed. */
export function chunksThatFit(channels: Int32Array, room: number): number {
  const total = channels.reduce((sum, n) => sum + n, 0);
  for (let count = Math.max(1, Math.ceil(total / room)); count < channels.length; count++) {
    const pieces = cut([0, channels.length], Math.ceil(channels.length / count));
    if (pieces.every(([first, end]) => channels.subarray(first, end).reduce((sum, n) => sum + n, 0) <= room))
      return count;
  }
  return channels.length;
}

/** Consecutive filter blocks that fit the weight buffer together. */
export function packBlocks(sizes: readonly number[], room: number): readonly (readonly [number, number])[] {
  const partitions: [number, number][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [b, size] of sizes.entries()) {
    const open = partitions.at(-1);
    if (open && used + size <= room) {
      open[1] = b + 1;
      used += size;
    } else {
      partitions.push([b, b + 1]);
      used = size;
    }
  }
  return partitions;
}
