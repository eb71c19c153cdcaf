/** One layer on a row-stationary chip: the mapping found for it, and what it does there. */
import type { Arch } from '../../arch/arch.ts';
import { fail } from '../../errors.ts';
import type { LayerWork } from '../../model/work.ts';
import { denseMacs, ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { type ClosedForm, closedForm } from '../closed-form.ts';
import type { LayerCost } from '../layer-cost.ts';
import type { RowChip } from './chip.ts';
import { codedBits, stripBytes, writtenBytes } from './coded.ts';
import { type RowLayer, rowLayer, stripRows } from './layer.ts';
import type { RowCost, RowMapping } from './mapping.ts';
import { pairCounts } from './pairs.ts';
import { bestMapping } from './search.ts';

/** What PEs beside the array size of `Arch` are made of, and their buffer's banks and networks. */
export interface RowParts {
  readonly ifmapSpad: number;
  readonly banks: number;
  readonly network: RowChip['network'];
}

export interface RowPlan {
  readonly layer: RowLayer;
  readonly map: RowMapping;
  readonly cost: RowCost;
  /** Bytes from and to DRAM, run-length coded. */
  readonly dram: {
    readonly ifmap: number;
    readonly weight: number;
    readonly ofmap: number;
    readonly once: number;
  };
}

function rowChip(arch: Arch, { ifmapSpad, banks, network }: RowParts): RowChip {
  const wordBytes = codedBits(arch.wordBits.ifmap) / 8;
  const { buffers, dram } = arch;
  return {
    array: arch.array,
    filterSpad: arch.pe.weightDepth,
    ifmapSpad,
    psumSpad: arch.pe.psumDepth,
    banks,
    bankWords: Math.floor((buffers.ifmapBytes + buffers.ofmapBytes) / banks / wordBytes),
    filterWords: Math.floor(buffers.weightBytes / wordBytes),
    network,
    dramWords: (dram.bytesPerSecond * dram.efficiency) / arch.clock / wordBytes,
  };
}

export function rowPlan(work: LayerWork, arch: Arch, parts: RowParts): RowPlan {
  const chip = rowChip(arch, parts);
  const wordBits = codedBits(arch.wordBits.ifmap);
  const layer = rowLayer(work, chip);
  const { conv, ifmaps } = work;
  const bytesOf = (e: number): number => stripBytes(ifmaps, conv, stripRows(layer, e), wordBits);
  const [once, ofmap] = [bytesOf(layer.P), writtenBytes(work, wordBits)];
  const found = bestMapping(layer, { ifmap: (8 * once) / wordBits, ofmap: (8 * ofmap) / wordBits }, chip);
  if (!found) failToFit(work, arch);
  const { map, cost } = found;
  const strips = map.e >= layer.P ? once : bytesOf(map.e);
  const ifmap = strips * Math.ceil(layer.K / map.m);
  const weight = (cost.dram.weight * codedBits(arch.wordBits.weight)) / 8;
  return { layer, map, cost, dram: { ifmap, weight, ofmap, once: Math.min(ifmap, once) } };
}

export function rowStationaryCost(work: LayerWork, arch: Arch, parts: RowParts): LayerCost {
  const { layer, map, cost, dram } = rowPlan(work, arch, parts);
  const { conv, ifmaps } = work;
  const images = ifmaps.length;
  const issued = denseMacs(conv) * images;
  const { effectual, fed } = pairCounts({ conv, ifmaps, weight: work.weight.data });
  const { ifmap: wordBits, weight: weightBits, ofmap: psumBits } = arch.wordBits;
  const weights = conv.K * layer.weights * (weightBits > 8 ? 2 : 1);
  const fmapBytes = dram.ifmap + dram.ofmap;
  const form: ClosedForm = {
    computeCycles: cost.cycles,
    macsEffectual: effectual,
    macsIssued: issued,
    macsActive: fed,
    traffic: {
      ifmap: dram.ifmap,
      weight: dram.weight,
      ofmap: dram.ofmap,
      lowerBound: dram.once + weights + dram.ofmap,
    },
    exposedDramCycles: (fmapBytes * arch.clock) / (arch.dram.bytesPerSecond * arch.dram.efficiency),
    dataflow: layer.K <= map.m ? 'reuse-ifmap-first' : 'reuse-weight-first',
    tile: [map.e, ofmapWidth(conv)],
    waves: cost.passes,
    weightAccesses: fed + cost.spadFills,
    psumAccesses: 2 * fed + conv.K * ofmapHeight(conv) * ofmapWidth(conv) * images,
    hops: cost.psumHops + cost.spadFills,
    bufferBits: {
      ifmap: cost.buffer.ifmap * wordBits,
      weight: cost.buffer.filter * weightBits,
      ofmap: cost.buffer.psum * psumBits,
    },
    within: cost.networkBound ? 'drain' : 'compute',
  };
  return closedForm(form, arch);
}

function failToFit({ name, conv }: LayerWork, { buffers, pe }: Arch): never {
  fail(`no row of a ${conv.R}x${conv.S} layer of ${conv.C} channels fits the machine`, {
    at: `layer "${name}"`,
    hint: `raise buffers.ifmapBytes (${buffers.ifmapBytes}), buffers.ofmapBytes (${buffers.ofmapBytes}), buffers.weightBytes (${buffers.weightBytes}) or pe.weightDepth (${pe.weightDepth})`,
  });
}
