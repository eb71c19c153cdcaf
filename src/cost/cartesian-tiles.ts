/** How planes are cut for a grid of PEs: a tile a PE, and tiles one after another, while psums of a filter fit. */
import type { Arch } from '../arch/arch.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import { psumsOf, type Rect } from '../schedule/tiling.ts';
import type { ConvShape } from '../tensor/conv.ts';

export interface Tiling {
  readonly tile: readonly [h: number, w: number];
  /** One rectangle a PE, PE by PE, for each time the grid is laid on the plane; clipped ones may be empty. */
  readonly tiles: readonly Rect[];
  readonly psums: readonly number[]; // of each, output halo counted
  readonly together: number; // PEs
  readonly Kc: number; // filters whose psums a PE holds at once
}

/** A grid as square as the PEs divide. */
export function peGrid(count: number): readonly [rows: number, cols: number] {
  let rows = Math.floor(Math.sqrt(count));
  while (count % rows !== 0) rows--;
  return [rows, count / rows];
}

/** Filters together that fill vectors of weights well: smaller tiles for more of them win next to nothing. */
const FILTERS_ENOUGH = 32;

/** The plane laid over the grid once, twice, four times ... until tiles are as small as is of any use. */
export function* planeTilings(lowered: LoweredLayer, conv: ConvShape, arch: Arch): Generator<Tiling> {
  const { rows, cols, halo } = lowered;
  const [gridRows, gridCols] = peGrid(arch.array.rows);
  const filters = conv.K / conv.groups;
  const [high, wide] = [rows[1] - rows[0], cols[1] - cols[0]];
  const values = (8 * arch.buffers.ifmapBytes) / arch.array.rows / arch.wordBits.ifmap; // a PE's ifmap memory
  let before = '';
  for (let [down, across] = [1, 1]; ; down > across ? (across *= 2) : (down *= 2)) {
    const h = Math.ceil(high / (gridRows * down));
    const w = Math.ceil(wide / (gridCols * across));
    const size = `${h}x${w}`;
    const Kc = Math.min(filters, Math.floor(arch.pe.psumDepth / ((h + halo[0]) * (w + halo[1]))));
    if (Kc >= 1 && size !== before) yield tiling(lowered, { h, w, Kc, gridRows, gridCols });
    before = size;
    const holds = h * w * (conv.C / conv.groups) * lowered.slices.length <= values;
    if ((h === 1 && w === 1) || (Kc >= Math.min(filters, FILTERS_ENOUGH) && holds)) return;
  }
}

interface Laid {
  readonly h: number;
  readonly w: number;
  readonly Kc: number;
  readonly gridRows: number;
  readonly gridCols: number;
}

function tiling(lowered: LoweredLayer, { h, w, Kc, gridRows, gridCols }: Laid): Tiling {
  const { rows, cols } = lowered;
  const tiles: Rect[] = [];
  for (let top = rows[0]; top < rows[1]; top += h * gridRows)
    for (let left = cols[0]; left < cols[1]; left += w * gridCols)
      for (let i = 0; i < gridRows; i++)
        for (let j = 0; j < gridCols; j++)
          tiles.push({ y: clip(top + i * h, h, rows[1]), x: clip(left + j * w, w, cols[1]) });
  return {
    tile: [h, w],
    tiles,
    psums: tiles.map((rect) => (isEmpty(rect) ? 0 : psumsOf(rect, lowered))),
    together: gridRows * gridCols,
    Kc,
  };
}

const clip = (first: number, size: number, end: number): readonly [number, number] => [
  Math.min(first, end),
  Math.min(first + size, end),
];

const isEmpty = ({ y, x }: Rect): boolean => y[0] >= y[1] || x[0] >= x[1];
