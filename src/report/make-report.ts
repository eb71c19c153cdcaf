/** Puts a report together from what the flow gathered. */
import { type Arch, peakGops } from '../arch/arch.ts';
import { energyTable } from '../arch/energy/index.ts';
import type { EnergyTable } from '../arch/energy/table.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import type { Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import type { Answers } from './answers.ts';
import type { LayerReport, Report } from './report.ts';
import { countOperands, layerReport, mergeBatches, totalsOf } from './summarise.ts';

/** Lines of the report as they come in; operands are counted and let go. */
export interface LayerLog {
  readonly add: (work: LayerWork, cost: LayerCost) => void;
  readonly layers: () => readonly LayerReport[];
}

export function layerLog(arch: Arch, table: EnergyTable = energyTable(arch.energy)): LayerLog {
  const batches = new Map<string, LayerReport[]>();
  return {
    add(work, cost) {
      const line = layerReport({ work, cost, operands: countOperands(work) }, arch, table);
      const lines = batches.get(work.name);
      if (lines) lines.push(line);
      else batches.set(work.name, [line]);
    },
    layers: () => [...batches.values()].map((lines) => mergeBatches(lines, arch)),
  };
}

export interface ReportParts {
  readonly request: {
    readonly model: Model;
    readonly machine: { readonly name: string };
    readonly arch: Arch;
    readonly batch: number;
    readonly seed: number;
    readonly verify?: boolean | undefined;
  };
  readonly rule: SparsityRule;
  readonly log: LayerLog;
  readonly images: number;
  readonly source: Report['source'];
  readonly hostOps: Report['hostOps'];
  readonly answers?: Answers | undefined;
}

export function makeReport({ request, rule, log, images, source, hostOps, answers }: ReportParts): Report {
  const { model, machine, arch, batch, seed } = request;
  const layers = log.layers();
  return {
    schema: 'sense.report/1',
    machine: machine.name,
    model: model.name,
    fidelity: 'cost',
    batch,
    images,
    seed,
    source,
    rule: { kind: rule.kind, zeros: rule.zeros },
    arch: {
      rows: arch.array.rows,
      cols: arch.array.cols,
      clockHz: arch.clock,
      peakGops: peakGops(arch),
      ...arch,
    },
    totals: totalsOf(layers, images, arch),
    conv: totalsOf(
      layers.filter((layer) => layer.op === 'conv'),
      images,
      arch,
    ),
    layers,
    hostOps,
    ...(request.verify && { verified: true as const }),
    ...(answers && { predictions: answers.predictions(), accuracy: answers.accuracy() }),
    // Newest first: what a file tells of its own past does not hide where it was read from now.
    receipts: Object.fromEntries(
      model.receipts.toReversed().flatMap(({ madeBy, from }) => (from ? [[madeBy, from]] : [])),
    ),
  };
}
