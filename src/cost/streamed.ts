/** Traffic of a machine that keeps one operand's share on chip while the other streams past, whichever moves less. */
import type { Arch } from '../arch/arch.ts';
import type { Reuse } from './layer-cost.ts';

export interface Stored {
  readonly ifmap: number; // bytes, as they lie in DRAM
  readonly weight: number;
  readonly ofmap: number;
}

export interface Streamed {
  readonly traffic: Stored & { readonly lowerBound: number };
  readonly dataflow: Reuse;
}

/** What does not fit half its buffer, the other half being filled, is there in turns; the other streams once a turn. */
export function streamed({ ifmap, weight, ofmap }: Stored, { buffers }: Arch): Streamed {
  const ifmapTurns = Math.max(1, Math.ceil(ifmap / (buffers.ifmapBytes / 2)));
  const weightTurns = Math.max(1, Math.ceil(weight / (buffers.weightBytes / 2)));
  const ifmapStays = ifmap + weight * ifmapTurns <= ifmap * weightTurns + weight;
  return {
    traffic: {
      ifmap: ifmapStays ? ifmap : ifmap * weightTurns,
      weight: ifmapStays ? weight * ifmapTurns : weight,
      ofmap,
      lowerBound: ifmap + weight + ofmap,
    },
    dataflow: ifmapStays ? 'reuse-ifmap-first' : 'reuse-weight-first',
  };
}
