/** One layer on a row-stationary array whose PEs skip zeros of both operands, kept in compressed sparse columns throughout. */
import { type Arch, multipliers } from '../../arch/arch.ts';
import { fail } from '../../errors.ts';
import { csc } from '../../format/csc.ts';
import type { LayerWork } from '../../model/work.ts';
import { operandsOf } from '../../schedule/schedule.ts';
import { ofmapWidth } from '../../tensor/conv.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import { closedForm } from '../closed-form.ts';
import { effectualMacs } from '../effectual.ts';
import type { LayerCost } from '../layer-cost.ts';
import { streamed } from '../streamed.ts';
import { chooseChunks } from './chunks.ts';
import { type Clusters, runRounds } from './rounds.ts';

/** Each PE multiplies a value with two weights at once. */
const LANES = 2;

export interface SparseRowParts {
  readonly ifmapSpad: number;
  readonly cluster: { readonly rows: number; readonly cols: number };
}

/** Whole clusters of what multipliers there are; fewer than one cluster's are one smaller cluster. */
export function clustersOf(arch: Arch, { cluster }: SparseRowParts): Clusters {
  const pes = Math.floor(multipliers(arch) / LANES);
  if (pes < 1)
    fail(`no PE of ${LANES} multipliers fits the machine`, { hint: 'raise array.rows or array.cols' });
  const rows = Math.min(cluster.rows, pes);
  const cols = Math.min(cluster.cols, Math.floor(pes / rows));
  return { count: Math.floor(pes / (rows * cols)), rows, cols };
}

export function sparseRowCost(work: LayerWork, arch: Arch, parts: SparseRowParts): LayerCost {
  const { conv, ifmaps, weight, ofmaps } = work;
  const clusters = clustersOf(arch, parts);
  const pe = { ifmapSpad: parts.ifmapSpad, weightSpad: arch.pe.weightDepth, psumSpad: arch.pe.psumDepth };
  const chunks = chooseChunks(work, pe);
  const { rounds, cycles, busy, psums } = runRounds(work, chunks, clusters);
  const stored = (maps: readonly ByteData[], columnLength: number): number =>
    maps.reduce((sum, map) => sum + storedBytes(map, columnLength), 0);
  const { traffic, dataflow } = streamed(
    {
      ifmap: stored(ifmaps, conv.W),
      // A column is what one ifmap value meets; as sizes go, a filter's own values make as good a column.
      weight: storedBytes(weight.data, (conv.C / conv.groups) * conv.R * conv.S),
      ofmap: stored(ofmaps, work.ofmapShape[2]),
    },
    arch,
  );
  const walked = busy * LANES;
  return closedForm(
    {
      computeCycles: cycles,
      macsEffectual: effectualMacs(operandsOf(work)),
      macsIssued: walked,
      traffic,
      dataflow,
      tile: [clusters.cols, ofmapWidth(conv)],
      waves: rounds,
      weightAccesses: walked,
      psumAccesses: 2 * walked,
      hops: psums * clusters.rows,
      bufferBits: {
        ifmap: 8 * traffic.ifmap * chunks.columns.chunks,
        weight: 0, // weights go from DRAM straight into the PEs
        ofmap: 2 * psums * arch.pe.psumBits,
      },
    },
    arch,
  );
}

/** Bytes in compressed sparse columns, or plain where that is smaller. */
const storedBytes = (values: ByteData, columnLength: number): number =>
  Math.min(values.length, Math.ceil(csc.sizeBits(values, { columnLength }) / 8));
