/** From the machine's answers, layer by layer, to the numbers of a report. */
import { type Arch, multipliers } from '../arch/arch.ts';
import type { EnergyTable } from '../arch/energy/table.ts';
import { energyOf } from '../cost/energy.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import type { LayerWork } from '../model/work.ts';
import { denseMacs } from '../tensor/conv.ts';
import { countNonZeros } from '../tensor/tensor.ts';
import type { DramBytes, EnergyPj, LayerReport, Totals } from './report.ts';

/** Non-zeros and elements of a layer's operands; several images add up. */
export interface OperandCounts {
  readonly ifmap: readonly [nonZeros: number, elements: number];
  readonly weight: readonly [nonZeros: number, elements: number];
  readonly ofmap: readonly [nonZeros: number, elements: number];
}

const counted = new WeakMap<LayerWork, OperandCounts>();

/** Counted once for each work: several machines may be shown the same one. */
export function countOperands(work: LayerWork): OperandCounts {
  const known = counted.get(work);
  if (known) return known;
  const { ifmaps, weight, ofmaps } = work;
  const all = (list: readonly (Uint8Array | Int8Array)[]): readonly [number, number] => [
    list.reduce((sum, values) => sum + countNonZeros(values), 0),
    list.reduce((sum, values) => sum + values.length, 0),
  ];
  const counts: OperandCounts = {
    ifmap: all(ifmaps),
    weight: [countNonZeros(weight.data), weight.data.length],
    ofmap: all(ofmaps),
  };
  counted.set(work, counts);
  return counts;
}

/** One batch of one layer, as the machine answered it. */
export interface LayerRun {
  readonly work: LayerWork;
  readonly cost: LayerCost;
  readonly operands: OperandCounts;
}

/** A line of the report for one batch. */
export function layerReport({ work, cost, operands }: LayerRun, arch: Arch, table: EnergyTable): LayerReport {
  const share = ([nonZeros, elements]: readonly [number, number]): number =>
    elements === 0 ? 0 : nonZeros / elements;
  return {
    name: work.name,
    op: work.op,
    cycles: cost.cycles,
    computeCycles: cost.computeCycles,
    dramCycles: cost.dramCycles,
    boundBy: cost.boundBy,
    dataflow: cost.dataflow,
    tile: cost.tile,
    waves: cost.waves,
    macsDense: denseMacs(work.conv) * work.ifmaps.length,
    macsEffectual: cost.macsEffectual,
    macsIssued: cost.macsIssued,
    utilization: ratio(cost.macsEffectual, cost.cycles * multipliers(arch)),
    density: { ifmap: share(operands.ifmap), weight: share(operands.weight), ofmap: share(operands.ofmap) },
    dramBytes: cost.traffic,
    energyPj: energyOf(cost.activity, table, cost.cycles / arch.clock),
  };
}

/** Several batches of one layer: counts add up, densities are means, decisions are those of the longest batch. */
export function mergeBatches(batches: readonly LayerReport[], arch: Arch): LayerReport {
  const longest = batches.reduce((most, next) => (next.cycles > most.cycles ? next : most));
  if (batches.length === 1) return longest;
  const sum = (of: (layer: LayerReport) => number): number =>
    batches.reduce((total, layer) => total + of(layer), 0);
  const mean = (of: (layer: LayerReport) => number): number => sum(of) / batches.length;
  return {
    ...longest,
    cycles: sum((l) => l.cycles),
    computeCycles: sum((l) => l.computeCycles),
    dramCycles: sum((l) => l.dramCycles),
    waves: sum((l) => l.waves),
    macsDense: sum((l) => l.macsDense),
    macsEffectual: sum((l) => l.macsEffectual),
    macsIssued: sum((l) => l.macsIssued),
    utilization: ratio(
      sum((l) => l.macsEffectual),
      sum((l) => l.cycles) * multipliers(arch),
    ),
    density: {
      ifmap: mean((l) => l.density.ifmap),
      weight: mean((l) => l.density.weight),
      ofmap: mean((l) => l.density.ofmap),
    },
    dramBytes: addDram(batches),
    energyPj: addEnergy(batches),
  };
}

/** Totals over layers, run one after another. */
export function totalsOf(layers: readonly LayerReport[], images: number, arch: Arch): Totals {
  const sum = (of: (layer: LayerReport) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const cycles = sum((l) => l.cycles);
  const seconds = cycles / arch.clock;
  const energyPj = addEnergy(layers);
  return {
    cycles,
    seconds,
    imagesPerSecond: ratio(images, seconds),
    macsDense: sum((l) => l.macsDense),
    macsEffectual: sum((l) => l.macsEffectual),
    macsIssued: sum((l) => l.macsIssued),
    utilization: ratio(
      sum((l) => l.macsEffectual),
      cycles * multipliers(arch),
    ),
    dramBytes: addDram(layers),
    energyPj,
    powerW: ratio(energyPj.total * 1e-12, seconds),
  };
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Add up records of numbers, field by field. */
function addUp<T extends object>(records: readonly T[], zero: T): T {
  const keys = Object.keys(zero) as (keyof T)[];
  const total = (key: keyof T): number => records.reduce((sum, record) => sum + (record[key] as number), 0);
  return Object.fromEntries(keys.map((key) => [key, total(key)])) as T;
}

const addDram = (layers: readonly LayerReport[]): DramBytes =>
  addUp(
    layers.map((layer) => layer.dramBytes),
    { ifmap: 0, weight: 0, ofmap: 0, total: 0, lowerBound: 0 },
  );

const addEnergy = (layers: readonly LayerReport[]): EnergyPj =>
  addUp(
    layers.map((layer) => layer.energyPj),
    { mac: 0, pe: 0, buffer: 0, dram: 0, static: 0, total: 0 },
  );
