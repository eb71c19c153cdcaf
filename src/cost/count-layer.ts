/** Everything counted about one layer under a schedule, before any time is computed: the input of all closed forms. */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import type { Operands, Schedule } from '../schedule/schedule.ts';
import { planeRegion, psumsOf, type Rect, tilesOf } from '../schedule/tiling.ts';
import { psumsRead } from './emission.ts';
import { countIfmap } from './ifmap-counts.ts';
import {
  type BlockBytes,
  neededBytes,
  ofmapBytes,
  partitionBytes,
  type StoredIfmap,
  weightBytes,
} from './sizes.ts';
import { countWeights, type WeightCounts } from './weight-counts.ts';

/** One tile of one image, with the non-zeros of every virtual channel in it. */
export interface CountedTile {
  readonly phase: number; // which lowered layer (dilation)
  readonly nonZeros: Uint16Array;
  readonly pixels: number;
  readonly psums: number;
}

export interface CountedPartition {
  readonly tiles: readonly CountedTile[];
  readonly ifmapBytes: number;
  /** Channels with a non-zero anywhere in the partition. */
  readonly nonEmpty: Uint8Array;
  readonly ofmapShare: number; // of all ofmap positions of the batch
  readonly psumsRead: number; // of each filter, on their way out
}

export interface LayerCounts {
  readonly weights: readonly WeightCounts[]; // one a phase
  readonly weightBytes: readonly BlockBytes[];
  readonly partitions: readonly CountedPartition[];
  readonly macsEffectual: number;
  readonly ofmapBytes: number;
  readonly ifmapBytes: number; // each value once
}

interface Known {
  readonly operands: Operands;
  readonly schedule: Schedule;
  readonly stored: readonly StoredIfmap[];
  /** The weights as the first phase of the lowering sees them: most layers have no other. */
  readonly firstPhase: WeightCounts;
  readonly arch: Arch;
}

export function countLayer(
  work: LayerWork,
  { operands, schedule, stored, firstPhase, arch }: Known,
): LayerCounts {
  const { conv, ifmaps, weight } = operands;
  const { lowered, blocks, partitions, tile } = schedule;
  const weights = lowered.map((layer, phase) =>
    phase === 0 ? firstPhase : countWeights(weight, conv, layer, blocks),
  );
  const read = psumsRead(work);
  const counted = partitions.map((partition) => {
    const share =
      ofmapShare(partition.ofmap, lowered, partition.images[1] - partition.images[0]) / ifmaps.length;
    return {
      tiles: [] as CountedTile[],
      ifmapBytes: partitionBytes(partition, conv, { lowered: lowered[0]!, ifmaps: stored }),
      nonEmpty: new Uint8Array(conv.C),
      ofmapShare: share,
      psumsRead: Math.ceil(read * share - 1e-6),
    };
  });

  let macsEffectual = 0;
  for (const [phase, layer] of lowered.entries())
    for (const [n, ifmap] of ifmaps.entries()) {
      const mine = partitions.flatMap((partition, i) =>
        n >= partition.images[0] && n < partition.images[1]
          ? tilesOf(planeRegion(partition.ofmap, layer), tile).map((rect) => ({ rect, i }))
          : [],
      );
      const counts = countIfmap(ifmap, conv, { lowered: layer, tiles: mine.map(({ rect }) => rect) });
      for (const [t, { rect, i }] of mine.entries()) {
        const tileCounts = counts.tiles[t]!;
        counted[i]!.tiles.push({
          phase,
          nonZeros: tileCounts,
          pixels: (rect.y[1] - rect.y[0]) * (rect.x[1] - rect.x[0]),
          psums: psumsOf(rect, layer),
        });
        markNonEmpty(counted[i]!.nonEmpty, tileCounts, layer.slices.length);
      }
      macsEffectual += dot(counts.reaching, weights[phase]!.atPosition);
    }

  return {
    weights,
    weightBytes: weightBytes(conv, { blocks, weights: weights[0]!, slices: lowered[0]!.slices.length }, arch),
    partitions: counted,
    macsEffectual,
    ofmapBytes: ofmapBytes(work, arch),
    ifmapBytes: neededBytes(conv, stored),
  };
}

function markNonEmpty(nonEmpty: Uint8Array, nonZeros: Uint16Array, slices: number): void {
  for (let v = 0; v < nonZeros.length; v++) if (nonZeros[v] !== 0) nonEmpty[Math.floor(v / slices)] = 1;
}

const clippedArea = ({ y, x }: Rect, [P, Q]: readonly [number, number]): number =>
  Math.max(0, Math.min(y[1], P) - y[0]) * Math.max(0, Math.min(x[1], Q) - x[0]);

function ofmapShare(rect: Rect, lowered: readonly LoweredLayer[], images: number): number {
  const sum = (of: (layer: LoweredLayer) => number): number =>
    lowered.reduce((total, layer) => total + of(layer), 0);
  return (images * sum(({ ofmap }) => clippedArea(rect, ofmap))) / sum(({ ofmap }) => ofmap[0] * ofmap[1]);
}

function dot(a: Float64Array, b: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
