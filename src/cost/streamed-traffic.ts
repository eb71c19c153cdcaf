/** DRAM traffic of a machine that streams its operands: what outgrows half a buffer passes once a partition of the other. */
import type { Arch } from '../arch/arch.ts';
import type { Reuse } from './layer-cost.ts';

/** All in bytes, each operand as large as the machine stores it. */
export interface Stored {
  readonly ifmap: number;
  readonly weight: number;
  readonly ofmap: number;
}

export interface StreamedTraffic extends Stored {
  readonly lowerBound: number;
  readonly dataflow: Reuse;
}

/** In the order of reuse that moves fewer bytes, unless the architecture fixes one. */
export function streamedTraffic({ ifmap, weight, ofmap }: Stored, { buffers, reuse }: Arch): StreamedTraffic {
  const orders = [
    {
      dataflow: 'reuse-ifmap-first',
      ifmap,
      weight: weight * Math.max(1, Math.ceil(ifmap / (buffers.ifmapBytes / 2))),
    },
    {
      dataflow: 'reuse-weight-first',
      ifmap: ifmap * Math.max(1, Math.ceil(weight / (buffers.weightBytes / 2))),
      weight,
    },
  ] as const;
  const [first, second] = orders;
  const cheaper = first.ifmap + first.weight <= second.ifmap + second.weight ? first : second;
  const taken = orders.find(({ dataflow }) => dataflow === reuse) ?? cheaper;
  return { ...taken, ofmap, lowerBound: ifmap + weight + ofmap };
}

/** Words of the ofmaps of a batch, as they are written back. */
export const ofmapWords = (ofmaps: readonly { readonly length: number }[]): number =>
  ofmaps.reduce((sum, values) => sum + values.length, 0);
