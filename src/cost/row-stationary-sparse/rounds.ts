/**
 * Time of a layer on clusters of PEs that skip zeros: every round gives each cluster one job, and ends with its slowest PE.
 *
 *   cluster   rows     (filter row, chunk of channels): psums add up down a column
 *             columns  (image, group, chunk of filters, ofmap row)
 */
import type { LayerWork } from '../../model/work.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import type { Chunks } from './chunks.ts';
import { rowCounts } from './counts.ts';

export interface Clusters {
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
}

export interface Rounds {
  readonly rounds: number;
  readonly cycles: number;
  /** Cycles of all PEs together that they are busy in. */
  readonly busy: number;
  /** Psums that leave the columns. */
  readonly psums: number;
}

export function runRounds(
  { conv, ifmaps }: LayerWork,
  { columns, channels }: Chunks,
  clusters: Clusters,
): Rounds {
  const { groups, C, H, R, S, stride, pad, dilation } = conv;
  const [P, perGroup] = [ofmapHeight(conv), C / groups];
  const rowUnits = R * Math.ceil(perGroup / channels);
  const colUnits = groups * columns.chunks * P; // of one image
  const rowJobs = Math.ceil(rowUnits / clusters.rows);
  const barrier = newBarrier(clusters.count);

  for (const ifmap of ifmaps) {
    const met = rowCounts(ifmap, conv);
    /** Cycles of one PE: its chunk of channels and its filter row against its filters, for one ofmap row. */
    const peCycles = (rowUnit: number, colUnit: number): number => {
      const [chunk, y] = [Math.floor(colUnit / P), colUnit % P]; // chunk counts over groups
      const [first, r] = [Math.floor(rowUnit / R) * channels, rowUnit % R];
      const h = y * stride[0] + r * dilation[0] - pad[0];
      if (h < 0 || h >= H) return 0;
      const base = Math.floor(chunk / columns.chunks) * perGroup;
      let sum = 0;
      for (let c = first; c < Math.min(perGroup, first + channels); c++) {
        const [at, column] = [((base + c) * H + h) * S, ((chunk * perGroup + c) * R + r) * S];
        for (let s = 0; s < S; s++) sum += met[at + s]! * columns.cycles[column + s]!;
      }
      return sum;
    };
    for (let rowJob = 0; rowJob < rowJobs; rowJob++)
      for (let col = 0; col < colUnits; col += clusters.cols) {
        let slowest = 0;
        const [rowEnd, colEnd] = [
          Math.min(rowUnits, (rowJob + 1) * clusters.rows),
          Math.min(colUnits, col + clusters.cols),
        ];
        for (let row = rowJob * clusters.rows; row < rowEnd; row++)
          for (let c = col; c < colEnd; c++) {
            const cycles = peCycles(row, c);
            barrier.busy += cycles;
            if (cycles > slowest) slowest = cycles;
          }
        barrier.add(slowest);
      }
  }
  barrier.close();
  const { rounds, cycles, busy } = barrier;
  return { rounds, cycles, busy, psums: ifmaps.length * conv.K * P * ofmapWidth(conv) * rowJobs };
}

/** Jobs in the order given, so many at a time; each round as long as its longest. */
function newBarrier(at: number) {
  let [open, longest] = [0, 0];
  return {
    rounds: 0,
    cycles: 0,
    busy: 0,
    add(cycles: number): void {
      longest = Math.max(longest, cycles);
      if (++open === at) this.close();
    },
    close(): void {
      if (open === 0) return;
      this.rounds++;
      this.cycles += longest;
      [open, longest] = [0, 0];
    },
  };
}
