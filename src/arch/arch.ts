/** What a machine is built of: the numbers a designer may change. One record for every machine; each reads what it has. */
import type { Hertz } from '../units.ts';
import type { Dram } from './dram.ts';

export interface PeArray {
  readonly rows: number; // virtual input channels at a time
  readonly cols: number; // filters at a time
}

export interface Pe {
  /** Psums one bank holds: bounds the ofmap tile with its halo. */
  readonly psumDepth: number;
  /** 2: one tile drains while the next one accumulates. */
  readonly psumBanks: 1 | 2;
  readonly psumBits: number;
  /** Taps a PE can hold of one wave: bounds a slice. It has room for twice as many, cut into banks (schedule/weight-banks.ts). */
  readonly weightDepth: number;
  /** Weights a column takes in a cycle while loading. */
  readonly weightLanes: number;
  /** Channels whose weights it can take in a cycle where every tile has an order of its own; left out, as many as fill the lanes. */
  readonly gatherChannels?: number | undefined;
  /** Idle slots at a channel change, so that two MACs never meet on one psum. */
  readonly channelGap: number;
}

export interface Buffers {
  readonly ifmapBytes: number;
  readonly weightBytes: number;
  readonly ofmapBytes: number;
}

/** Which operand's partition stays on chip while the other's stream past it. */
export type Reuse = 'reuse-ifmap-first' | 'reuse-weight-first';

export interface Arch {
  readonly name: string;
  readonly array: PeArray;
  readonly pe: Pe;
  readonly clock: Hertz;
  readonly wordBits: { readonly ifmap: number; readonly weight: number; readonly ofmap: number };
  readonly buffers: Buffers;
  readonly dram: Dram;
  /** How channels are dealt into waves; the hardware here sorts no tile by itself, so of it 'per-tile' is the closed form's. */
  readonly rearrange: 'none' | 'static' | 'per-tile';
  /**
   * 'free': a row goes on to its next wave as soon as that wave's weights are there, as many waves ahead of the others as a
   * PE has banks of weights. 'lock-step': all rows of a wave wait for the slowest.
   */
  readonly pace: 'free' | 'lock-step';
  /** An order of reuse for every layer alike; where it is left out, whichever moves fewer bytes, layer by layer. */
  readonly reuse?: Reuse | undefined;
  /** 'dense': zeros are stored and moved like any value; left out, bitmaps and non-zeros where that is smaller. */
  readonly storage?: 'packed' | 'dense' | undefined;
  /** Filters of which a pixel is requantised and written in a cycle; left out, that costs no time. */
  readonly ofmLanes?: number | undefined;
  /** Name of the energy table. */
  readonly energy: string;
}

export const multipliers = ({ array }: Arch): number => array.rows * array.cols;

/** Peak in GOP/s: two operations a MAC. */
export const peakGops = (arch: Arch): number => (multipliers(arch) * 2 * arch.clock) / 1e9;
