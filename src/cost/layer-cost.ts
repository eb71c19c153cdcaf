/** The answer of every machine for one layer and one batch. */
import type { Reuse } from '../arch/arch.ts';
import type { Bytes, Cycles, Macs } from '../units.ts';
import type { Activity } from './activity.ts';

export type { Reuse } from '../arch/arch.ts';

/** What a layer's time is made of; the largest share names the bound. 'drain': psums on their way out, requantised ones too. */
export type BoundBy = 'compute' | 'dram' | 'weights' | 'drain' | 'host';

export interface Traffic {
  readonly ifmap: Bytes;
  readonly weight: Bytes;
  readonly ofmap: Bytes;
  readonly total: Bytes;
  /** Every compressed operand moved exactly once. */
  readonly lowerBound: Bytes;
}

export interface LayerCost {
  readonly cycles: Cycles; // start to finish, DRAM counted
  readonly computeCycles: Cycles; // were DRAM infinitely fast
  readonly dramCycles: Cycles; // were the array infinitely fast: what its ports take, where it has any
  readonly boundBy: BoundBy;
  readonly dataflow: Reuse;
  readonly tile: readonly [h: number, w: number]; // ifmap pixels of one tile
  readonly waves: number;
  readonly macsEffectual: Macs; // pairs of a non-zero ifmap value and a non-zero weight that reach an ofmap
  readonly macsIssued: Macs; // MAC slots really spent
  readonly traffic: Traffic;
  readonly activity: Activity;
}
