/** The passes of a layer in order: one filter block, over some of its channels, over the tiles of an ifmap partition. */
import type { LoweredLayer } from '../schedule/lowering.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { cut, planeRegion, type Rect, tilesOf } from '../schedule/tiling.ts';

export interface ComputePass {
  readonly partition: number;
  readonly block: number;
  readonly channels: readonly [first: number, end: number];
  /** Place of the block among those whose psums share the PEs. */
  readonly place: number;
  readonly firstOfGroup: boolean;
  readonly chunks: number; // pieces that the block's channels are cut into
  readonly lastChunk: boolean;
}

/** By partition, by group of blocks that share the PEs, by chunk of channels, by block. */
export function computePasses(schedule: Schedule): readonly ComputePass[] {
  const { blocks, blocksTogether, channelChunks, partitions } = schedule;
  const groups = Math.ceil(blocks.length / blocksTogether);
  return partitions.flatMap((_, partition) =>
    Array.from({ length: groups }, (_, group) => {
      const first = group * blocksTogether;
      const { channels } = blocks[first]!;
      const chunks = cut(channels, Math.ceil((channels[1] - channels[0]) / channelChunks));
      const together = Math.min(blocks.length, first + blocksTogether) - first;
      return chunks.flatMap((chunk, i) =>
        Array.from({ length: together }, (_, place) => ({
          partition,
          block: first + place,
          channels: chunk,
          place,
          firstOfGroup: i === 0 && place === 0,
          chunks: chunks.length,
          lastChunk: i === chunks.length - 1,
        })),
      );
    }).flat(),
  );
}

export interface ComputeTile {
  readonly image: number;
  readonly phase: number; // which lowered layer (dilation)
  readonly layer: LoweredLayer;
  readonly rect: Rect;
}

/** Tiles of a partition in the order in which they run. */
export function partitionTiles(
  { partitions, lowered, tile }: Schedule,
  partition: number,
): readonly ComputeTile[] {
  const { images, ofmap } = partitions[partition]!;
  const list: ComputeTile[] = [];
  for (const [phase, layer] of lowered.entries())
    for (let image = images[0]; image < images[1]; image++)
      for (const rect of tilesOf(planeRegion(ofmap, layer), tile)) list.push({ image, phase, layer, rect });
  return list;
}
