/** What a row-stationary chip is built of, in words of its own width. */
import type { PeArray } from '../../arch/arch.ts';

export interface RowChip {
  readonly array: PeArray;
  /** Words of the three memories in a PE. */
  readonly filterSpad: number;
  readonly ifmapSpad: number;
  readonly psumSpad: number;
  /** The buffer that ifmaps and psums share, bank by bank, and the one that holds the filters of a pass. */
  readonly banks: number;
  readonly bankWords: number;
  readonly filterWords: number;
  /** Words a cycle on the networks between buffer and array. */
  readonly network: { readonly filter: number; readonly ifmap: number; readonly psum: number };
  /** Words a cycle that DRAM moves. */
  readonly dramWords: number;
}

/** Energy of an access, in those of a PE's memory: Chen et al., ISCA 2016, Table IV (RF, array, buffer, DRAM). */
export const ACCESS_ENERGY = { pe: 1, array: 2, buffer: 6, dram: 200 } as const;
