/** How the ifmaps are cut so that a partition fits its buffer and its psums the ofmap buffer, moving the fewest bytes. */
import type { Arch } from '../arch/arch.ts';
import { partitionBytes, type StoredIfmap } from '../cost/sizes.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import type { IfmapPartition } from '../schedule/schedule.ts';
import { cut, type Rect, type TileSize, width } from '../schedule/tiling.ts';
import type { ConvShape } from '../tensor/conv.ts';

const ACCUMULATOR_BYTES = 4;

export interface PartitionInputs {
  readonly conv: ConvShape;
  readonly lowered: LoweredLayer;
  readonly tile: TileSize;
  readonly ifmaps: readonly StoredIfmap[];
  readonly filters: number; // of the widest block
  /** Chunked channels need every psum of the partition at once; otherwise rows leave as soon as they are whole. */
  readonly wholePsums: boolean;
  readonly arch: Arch;
}

/** Partitions of the ofmap grid, each with half of a double buffer to itself; undefined where none fits. */
export function partitionIfmaps(inputs: PartitionInputs): readonly IfmapPartition[] | undefined {
  const { lowered, ifmaps } = inputs;
  const [P, Q] = lowered.ofmap;
  let best: { readonly grid: readonly Rect[]; readonly moved: number } | undefined;
  for (let across = 1; across <= Q; across = across < 4 ? across + 1 : across * 2) {
    const columns = cut([0, Q], Math.ceil(Q / across));
    if (!fitsOfmapBuffer(1, columns, inputs)) continue;
    const down = leastRows(columns, inputs);
    if (down === undefined) continue;
    const grid = cut([0, P], Math.ceil(P / down)).flatMap((y) => columns.map((x) => ({ y, x })));
    const moved = grid.reduce((sum, ofmap) => sum + largest(ofmap, inputs), 0);
    if (!best || moved < best.moved) best = { grid, moved };
    if (across === 1 && down === 1) break; // nothing to gain
  }
  if (!best) return undefined;
  const [first] = best.grid;
  if (best.grid.length === 1 && first) return groupImages(first, inputs);
  return best.grid.flatMap((ofmap) => ifmaps.map((_, n) => ({ images: [n, n + 1] as const, ofmap })));
}

/** Small ifmaps share a partition. */
function groupImages(ofmap: Rect, inputs: PartitionInputs): readonly IfmapPartition[] {
  const room = Math.floor(inputs.arch.buffers.ifmapBytes / 2);
  const most = Math.max(1, Math.floor(room / Math.max(1, largest(ofmap, inputs))));
  return cut([0, inputs.ifmaps.length], most).map((images) => ({ images, ofmap }));
}

/** Bytes of a rectangle in the image where it is largest. */
function largest(ofmap: Rect, { conv, lowered, ifmaps }: PartitionInputs): number {
  let most = 0;
  for (const ifmap of ifmaps)
    most = Math.max(most, partitionBytes({ images: [0, 1], ofmap }, conv, { lowered, ifmaps: [ifmap] }));
  return most;
}

/** The fewest row strips whose every partition fits both buffers. */
function leastRows(columns: readonly Rect['x'][], inputs: PartitionInputs): number | undefined {
  const [P] = inputs.lowered.ofmap;
  const room = Math.floor(inputs.arch.buffers.ifmapBytes / 2);
  for (let down = 1; down <= P; down = nextCount(down, P)) {
    const strips = cut([0, P], Math.ceil(P / down));
    const fits = strips.every((y) => columns.every((x) => largest({ y, x }, inputs) <= room));
    if (fits && fitsOfmapBuffer(strips.length, columns, inputs)) return down;
  }
  return undefined;
}

/** The next count of strips that gives shorter strips. */
const nextCount = (down: number, P: number): number => {
  const rows = Math.ceil(P / down);
  return rows <= 1 ? P + 1 : Math.ceil(P / (rows - 1));
};

/** Psums of the rows still open, at 32 bits, for every column of the array. */
function fitsOfmapBuffer(down: number, columns: readonly Rect['x'][], inputs: PartitionInputs): boolean {
  const { lowered, tile, filters, wholePsums, arch } = inputs;
  const rows = Math.ceil(lowered.ofmap[0] / down);
  const open = wholePsums ? rows : Math.min(rows, tile[0] + lowered.halo[0]);
  const widest = Math.max(...columns.map((x) => width({ y: [0, 1], x })));
  return open * widest * Math.min(filters, arch.array.cols) * ACCUMULATOR_BYTES <= arch.buffers.ofmapBytes;
}
