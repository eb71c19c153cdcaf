/** Several machines on one network: its values are drawn once for each rule, layer by layer, and shown to all who obey it. */
import type { Accelerator } from '../accel/accelerator.ts';
import { type RuleChoice, ruleFor } from '../accel/rule-choice.ts';
import type { Arch } from '../arch/arch.ts';
import type { EnergyTable } from '../arch/energy/table.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import { fail, UserError } from '../errors.ts';
import { hostLayers } from '../infer/integers.ts';
import { convLayers, type Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import { fold } from '../quantize/fold.ts';
import { type Assumptions, assumedWorks } from '../workload/assumed-works.ts';
import { fixedOrders, NO_INPUTS } from '../workload/channel-orders.ts';
import { pruneModel } from '../workload/prune-model.ts';
import { type LayerLog, layerLog, makeReport } from './make-report.ts';
import type { Report } from './report.ts';

/** One column of a comparison: a machine, built and fed in one way. */
export interface Contestant {
  readonly machine: Accelerator;
  readonly arch: Arch;
  readonly rule: RuleChoice;
  /** Instead of the table that `arch.energy` names. */
  readonly energy?: EnergyTable;
  /** What its report calls it, where one machine competes in several settings. */
  readonly name?: string;
}

export interface ContestRequest extends Assumptions {
  readonly model: Model;
  readonly onProgress?:
    | ((step: { readonly stage: string; readonly done: number; readonly total: number }) => void)
    | undefined;
}

/** A report for each contestant, in their order: what `run` says of each alone. */
export function contest(request: ContestRequest, contestants: readonly Contestant[]): Report[] {
  const model = fold(request.model);
  const reports = new Map<Contestant, Report>();
  const groups = [...byRule(model, contestants).values()];
  groups.forEach(({ rule, members }, g) => {
    const pruned = pruneModel(model, rule).model;
    const logs = members.map(({ arch, energy }): LayerLog => layerLog(arch, energy));
    const orders = members.map(({ arch }) => fixedOrders(pruned, arch));
    const { works, total, source } = assumedWorks(pruned, rule, request);
    if (total === 0)
      fail('no conv or fully connected layer is left to run', { hint: 'check --layers against sense list' });
    let done = g * total;
    for (const work of works) {
      members.forEach(({ machine, arch }, i) => {
        const order = orders[i]?.orderOf(work, NO_INPUTS);
        logs[i]!.add(work, costOf(machine, order ? { ...work, order } : work, arch));
      });
      request.onProgress?.({ stage: 'layers', done: ++done, total: groups.length * total });
    }
    const hostOps = hostLayers(pruned);
    members.forEach((contestant, i) => {
      const { machine, arch, name = machine.name } = contestant;
      const { batch, seed } = request;
      const { kind, zeros } = ruleFor(machine, arch, contestant.rule);
      reports.set(
        contestant,
        makeReport({
          request: { model: request.model, machine: { name }, arch, batch, seed },
          ...{ rule: { ...rule, kind, zeros }, log: logs[i]!, images: batch, hostOps },
          source: { ...source, order: orders[i] && 'taps' },
        }),
      );
    });
  });
  return contestants.map((contestant) => reports.get(contestant)!);
}

/** A layer that one of the machines cannot run stops them all: say which. */
function costOf(machine: Accelerator, work: LayerWork, arch: Arch): LayerCost {
  try {
    return machine.cost(work, arch);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return fail(`${machine.name}: ${error.message}`, { at: error.at, hint: error.hint });
  }
}

interface Group {
  readonly rule: SparsityRule;
  readonly members: Contestant[];
}

function byRule(model: Model, contestants: readonly Contestant[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const contestant of contestants) {
    const rule = ruleFor(contestant.machine, contestant.arch, contestant.rule);
    const key = keyOf(rule, model);
    const group = groups.get(key);
    if (group) group.members.push(contestant);
    else groups.set(key, { rule, members: [contestant] });
  }
  return groups;
}

/** Rules with one key prune every layer alike; blocks and slices mean nothing to the two that look at single weights. */
function keyOf(rule: SparsityRule, model: Model): string {
  const { slicesOf, ...plain } = rule;
  if (rule.zeros === 0 || rule.kind === 'none') return 'none';
  if (rule.kind === 'magnitude') return `magnitude ${rule.zeros}`;
  return JSON.stringify([plain, convLayers(model).map(({ conv }) => slicesOf(conv))]);
}
