/** Layers as the issuer of waves sees them, drawn at random, and their waves in the order in which they must come. */
import type { Group, Tile } from '../../../src/blocks/layer-control/layer.ts';
import type { IssueLayer } from '../../../src/blocks/wave-issue/pass-walk.ts';
import { seeded } from '../../../src/tensor/random.ts';

export interface IssuedPartition {
  readonly firstTile: number;
  readonly tiles: number;
}

export interface DrawnLayer {
  readonly layer: IssueLayer;
  readonly partitions: readonly IssuedPartition[];
  readonly groups: readonly Group[];
  readonly tiles: readonly Pick<Tile, 'halo' | 'origin' | 'reciprocal' | 'psums'>[];
  /** Which waves of a partition have work: those of each half are the same here. */
  readonly works: readonly boolean[];
}

export function drawLayer(seed: number): DrawnLayer {
  const { below } = seeded(seed, 'layer');
  const chunked = below(3) === 0;
  const weightFirst = below(2);
  const blocks = 1 + below(chunked ? 3 : 5);
  const unitBlocks = chunked ? 1 : 1 + below(blocks);
  const chunkGroups = 1 + below(3);
  const chunks = chunked ? 2 + below(2) : 1;
  const groupCount = chunked ? chunkGroups * (chunks - 1) + 1 + below(chunkGroups) : chunkGroups;
  const units = chunked ? blocks * chunks : Math.ceil(blocks / unitBlocks);
  // Chunks keep their region open: no other partition may come between them.
  const partitionCount = chunked && weightFirst === 1 ? 1 : 1 + below(3);
  const partitions: IssuedPartition[] = [];
  for (let p = 0, firstTile = 0; p < partitionCount; p++) {
    const tiles = 1 + below(3);
    partitions.push({ firstTile, tiles });
    firstTile += tiles;
  }
  return {
    layer: {
      ...{ weightFirst, partitions: partitionCount, units, blocks, unitBlocks, chunks, chunkGroups },
      ...{ groups: groupCount, blockBeats: 1 + below(3), bare: below(2) },
    },
    partitions,
    groups: Array.from({ length: groupCount }, () => ({
      words: below(43),
      header: below(500),
      beat: below(8),
      word: below(5),
    })),
    tiles: Array.from({ length: 9 }, () => ({
      ...{ halo: below(5), origin: below(64), reciprocal: below(4097), psums: below(65) },
    })),
    works: Array.from({ length: 32 }, () => below(4) > 0),
  };
}

/** A wave, and what its pass is. */
export interface PlainWave {
  readonly tile: number; // of the layer
  readonly wave: number; // of its partition
  readonly group: number;
  readonly block: number;
  readonly blockOfUnit: number;
  readonly partition: number;
  readonly unit: number;
  readonly endsTile: boolean;
  readonly endsPass: boolean;
  readonly endsRegion: boolean;
}

/** The loops as they stand in the head of pass_walk.sv. */
export function plainWaves({ layer, partitions }: DrawnLayer): readonly PlainWave[] {
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
  const outer =
    layer.weightFirst === 1
      ? range(layer.units).flatMap((unit) =>
          range(layer.partitions).map((partition) => ({ unit, partition })),
        )
      : range(layer.partitions).flatMap((partition) =>
          range(layer.units).map((unit) => ({ unit, partition })),
        );
  return outer.flatMap(({ unit, partition }) => {
    const firstBlock = Math.floor(unit / layer.chunks) * layer.unitBlocks;
    const chunk = unit % layer.chunks;
    const firstGroup = chunk * layer.chunkGroups;
    const groups = Math.min(layer.chunkGroups, layer.groups - firstGroup);
    const { firstTile, tiles } = partitions[partition]!;
    return range(Math.min(layer.unitBlocks, layer.blocks - firstBlock)).flatMap((blockOfUnit) =>
      range(tiles).flatMap((t) =>
        range(groups).map((g) => {
          const endsPass = t === tiles - 1 && g === groups - 1;
          return {
            ...{ tile: firstTile + t, wave: t * layer.groups + firstGroup + g, group: firstGroup + g },
            ...{ block: firstBlock + blockOfUnit, blockOfUnit, partition, unit },
            ...{ endsTile: g === groups - 1, endsPass },
            endsRegion: endsPass && chunk === layer.chunks - 1,
          };
        }),
      ),
    );
  });
}
