/** Off-chip memory: peak bandwidth times an efficiency, in whole bursts. */
import { type Bytes, type Cycles, cycles, type Hertz } from '../units.ts';

export interface Dram {
  readonly name: string;
  readonly bytesPerSecond: number; // peak
  readonly efficiency: number; // share of the peak that long streams reach
  readonly burstBytes: number; // the least that one access moves
  readonly source: string;
}

/** Bytes moved when `n` are wanted in one stream: whole bursts. */
export const inBursts = (n: number, { burstBytes }: Dram): number => Math.ceil(n / burstBytes) * burstBytes;

/** Core cycles to move `n` bytes. */
export const dramCycles = (n: Bytes, dram: Dram, clock: Hertz): Cycles =>
  cycles(Math.ceil((inBursts(n, dram) * clock) / (dram.bytesPerSecond * dram.efficiency)));
