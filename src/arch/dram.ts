/** Off-chip memory: peak bandwidth times an efficiency, in whole bursts. */
import { type Bytes, type Cycles, cycles, type Hertz } from '../units.ts';

export interface Dram {
  readonly name: string;
  readonly bytesPerSecond: number; // peak
  readonly efficiency: number; // share of the peak that long streams reach
  readonly burstBytes: number; // the least that one access moves
  /** Left out, the streams of a layer share the whole bandwidth as each needs it. */
  readonly ports?: DramPorts | undefined;
  readonly source: string;
}

/** Ports between core and memory: one stream takes no other's. */
export interface DramPorts {
  readonly bytesPerCycle: number; // of the core's clock, of one port
  // How many ports each stream has.
  readonly ifmap: number;
  readonly weight: number;
  readonly ofmap: number;
}

/** Bytes moved when `n` are wanted in one stream: whole bursts. */
export const inBursts = (n: number, { burstBytes }: Dram): number => Math.ceil(n / burstBytes) * burstBytes;

/** Core cycles to move `n` bytes. */
export const dramCycles = (n: Bytes, dram: Dram, clock: Hertz): Cycles =>
  cycles(Math.ceil((inBursts(n, dram) * clock) / (dram.bytesPerSecond * dram.efficiency)));
