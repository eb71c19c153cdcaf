/**
 * Cartesian-product machines in closed form: every non-zero of an ifmap tile meets every non-zero of the weights.
 *
 *   PE (i, j) holds its tile of each input channel; weights of Kc filters are broadcast, channel by channel
 *
 *   slots(PE, group) = sum over virtual channels v of  ceil(ifmap non-zeros[PE, v] / I) * ceil(weights[group, v] / F)
 *   time(group)      = the largest over PEs of slots x cycles a slot (products meeting on a bank); then a barrier
 *
 * Between barriers PEs drift apart as far as their FIFOs of weights let them.
 *
 * A virtual channel is a channel at one phase of the stride, so that every product lies on the ofmap's grid, but for
 * those past its edges. Kc is what the accumulators hold: Kc x (tile + output halo) <= psumDepth.
 * Fully connected layers have no plane to tile: PEs share the filters out and each sees every non-zero ifmap value.
 */
import { type Arch, multipliers } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { type Operands, operandsOf } from '../schedule/schedule.ts';
import { contentionTable } from './bank-contention.ts';
import { sharedFilters, tiledPlanes } from './cartesian-layers.ts';
import { type ClosedForm, closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { storedRuns, storedWeightRuns } from './stored-runs.ts';

export interface Cartesian {
  /** Accumulator banks for each multiplier of a PE. */
  readonly banksPerMultiplier: number;
  readonly queue: number; // products a bank keeps waiting, the one being added counted
  readonly runBits: number; // of the run of zeros stored with each value
}

export function cartesianCost(work: LayerWork, arch: Arch, machine: Cartesian): LayerCost {
  const operands = operandsOf(work);
  const slot = contentionTable(arch.array.cols, {
    banks: machine.banksPerMultiplier * arch.array.cols,
    queue: machine.queue,
  });
  const timing = { slot, storedBits: arch.wordBits.ifmap + machine.runBits };
  const layer = (work.op === 'fc' ? sharedFilters : tiledPlanes)(operands, arch, timing);
  const { total } = layer;
  const bits = (entries: number, word: number): number => Math.ceil((entries * (word + machine.runBits)) / 8);
  const stored = {
    ifmap: bits(
      sum(operands.ifmaps, (ifmap) => storedRuns(ifmap, pixels(operands), machine.runBits)),
      arch.wordBits.ifmap,
    ),
    weight: bits(
      storedWeightRuns(operands.weight, operands.conv, layer.Kc, machine.runBits),
      arch.wordBits.weight,
    ),
    ofmap: bits(
      sum(work.ofmaps, (ofmap) =>
        storedRuns(ofmap, work.ofmapShape[1] * work.ofmapShape[2], machine.runBits),
      ),
      arch.wordBits.ofmap,
    ),
  };
  const form: ClosedForm = {
    computeCycles: total.cycles,
    macsEffectual: effectualMacs(operands),
    macsIssued: total.slots * multipliers(arch),
    macsActive: total.products,
    traffic: {
      ifmap: stored.ifmap * layer.ifmapFetches,
      weight: stored.weight * layer.weightFetches,
      ofmap: stored.ofmap,
      lowerBound: stored.ifmap + stored.weight + stored.ofmap,
    },
    dataflow: 'reuse-ifmap-first',
    tile: layer.tile,
    waves: total.barriers,
    weightAccesses: total.weightReads,
    psumAccesses: 2 * total.products,
    hops: total.products,
    bufferBits: {
      ifmap: total.ifmapReads * (arch.wordBits.ifmap + machine.runBits),
      weight: 8 * stored.weight * layer.weightFetches,
      ofmap: total.drained * arch.pe.psumBits,
    },
  };
  return closedForm(form, arch);
}

const pixels = ({ conv }: Operands): number => conv.H * conv.W;
const sum = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((total, each) => total + of(each), 0);
