/** DRAM traffic of a machine that keeps a share of one operand on chip while the other streams past. */
import type { Arch } from '../arch/arch.ts';
import type { Reuse } from './layer-cost.ts';

/** All in bytes, each operand as large as the machine stores it. */
export interface Stored {
  readonly ifmap: number;
  readonly weight: number;
  readonly ofmap: number;
}

export interface Streamed {
  readonly traffic: Stored & { readonly lowerBound: number };
  readonly dataflow: Reuse;
}

/**
 * What does not fit half its buffer, the other half being filled, is there in turns, and the other operand passes once a
 * turn; in the order of reuse that moves fewer bytes, unless the architecture fixes one.
 */
export function streamed({ ifmap, weight, ofmap }: Stored, { buffers, reuse }: Arch): Streamed {
  const turns = (bytes: number, buffer: number): number => Math.max(1, Math.ceil(bytes / (buffer / 2)));
  const orders = [
    { dataflow: 'reuse-ifmap-first', ifmap, weight: weight * turns(ifmap, buffers.ifmapBytes) },
    { dataflow: 'reuse-weight-first', ifmap: ifmap * turns(weight, buffers.weightBytes), weight },
  ] as const;
  const [first, second] = orders;
  const cheaper = first.ifmap + first.weight <= second.ifmap + second.weight ? first : second;
  const { dataflow, ...moved } = orders.find((order) => order.dataflow === reuse) ?? cheaper;
  return { traffic: { ...moved, ofmap, lowerBound: ifmap + weight + ofmap }, dataflow };
}
