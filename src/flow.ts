/** The whole pipeline on one page: fold, prune, quantise, give each layer its work, cost it, report. */
import type { Accelerator } from './accel/accelerator.ts';
import { type RuleChoice, ruleFor } from './accel/rule-choice.ts';
import { verifyLayer } from './accel/verify.ts';
import type { Arch } from './arch/arch.ts';
import type { EnergyTable } from './arch/energy/table.ts';
import { fail } from './errors.ts';
import { hostLayers } from './infer/integers.ts';
import { isConv } from './model/layer.ts';
import type { Model } from './model/model.ts';
import type { SparsityRule } from './model/sparsity.ts';
import type { LayerWork } from './model/work.ts';
import { fold } from './quantize/fold.ts';
import { postTraining } from './quantize/post-training.ts';
import { type Answers, gatherAnswers } from './report/answers.ts';
import { layerLog, makeReport } from './report/make-report.ts';
import type { Report } from './report/report.ts';
import { layerTasks, stretches } from './sim/machine/layer-tasks.ts';
import { type NetworkTask, networkTasks } from './sim/machine/network-tasks.ts';
import { assumedWorks } from './workload/assumed-works.ts';
import { type ChannelOrders, channelOrders, fixedOrders, NO_INPUTS } from './workload/channel-orders.ts';
import { layerFilter, type PublishedDensities } from './workload/densities.ts';
import { measureBatch, type NetworkInput } from './workload/measured-works.ts';
import { type PrunedModel, pruneModel as pruneWith } from './workload/prune-model.ts';

export { type RuleChoice, ruleFor } from './accel/rule-choice.ts';
export type { NetworkTask } from './sim/machine/network-tasks.ts';
export type { NetworkInput } from './workload/measured-works.ts';

export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface RunRequest {
  readonly model: Model;
  /** Published ifmap densities by conv layer, and ofmap densities where they are published apart. */
  readonly densities?: PublishedDensities | undefined;
  readonly ofmapDensities?: ReadonlyMap<string, number> | undefined;
  readonly machine: Accelerator;
  readonly arch: Arch;
  /** Instead of the table that `arch.energy` names. */
  readonly energy?: EnergyTable | undefined;
  readonly batch: number;
  readonly rule: RuleChoice;
  /** What ifmaps are taken to be where no inputs are given. */
  readonly activations: 'published' | 'dense' | number;
  readonly inputs?: readonly NetworkInput[] | undefined;
  readonly calibration?: 'max' | 'percentile' | 'mse' | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly layers?: string | undefined; // glob
  readonly seed: number;
  /** Compute every layer in the machine's own order too, and hold it to the plain convolution. */
  readonly verify?: boolean | undefined;
  readonly onProgress?: ((step: Progress) => void) | undefined;
  /** Told what the whole core would be given for these layers: to step it, or to simulate its silicon. */
  readonly onTasks?: ((tasks: readonly NetworkTask[]) => void) | undefined;
}

/** One shot: the model with weights that obey the rule. */
export const pruneModel = (
  model: Model,
  machine: Accelerator,
  rule: RuleChoice,
  arch: Arch = machine.arch,
): PrunedModel => pruneWith(model, ruleFor(machine, arch, rule));

export function run(request: RunRequest): Report {
  const { machine, arch, model: given } = request;
  const rule = ruleFor(machine, arch, request.rule);
  const pruned = pruneWith(fold(given), rule).model;
  const wanted = layerFilter(request.layers);
  const log = layerLog(arch, request.energy);
  const cost = (work: LayerWork): void => {
    if (!wanted(work.name)) return;
    if (request.verify) verifyLayer(machine, work, arch);
    log.add(work, machine.cost(work, arch));
    if (!request.inputs?.length) request.onTasks?.(layerTasks(work));
  };
  if (!pruned.layers.some((layer) => isConv(layer) && wanted(layer.name)))
    fail('no conv or fully connected layer is left to run', { hint: 'check --layers against sense list' });
  const outcome = request.inputs?.length
    ? runMeasured(request, pruned, cost)
    : runAssumed(request, { pruned, rule, cost });
  return makeReport({ request, rule, log, hostOps: hostLayers(pruned), ...outcome });
}

interface Outcome {
  readonly images: number;
  readonly source: Report['source'];
  readonly answers?: Answers | undefined;
}

/** Real inputs: the integer network runs, and the machine gets what really passed through. */
function runMeasured(
  { inputs = [], ...request }: RunRequest,
  pruned: Model,
  cost: (work: LayerWork) => void,
): Outcome {
  const lacking = pruned.layers.find((layer) => isConv(layer) && !layer.weight);
  if (lacking)
    fail(`the model has no weights (layer "${lacking.name}"), so inputs cannot be run through it`, {
      hint: 'leave out --input to use synthetic weights and activations',
    });
  const progress = (stage: string, done: number): void =>
    request.onProgress?.({ stage, done, total: inputs.length });
  const values = inputs.map((input) => input.values);
  progress('calibrate', 0);
  const { quantized, notes } = postTraining(
    pruned,
    values.slice(0, MOST_CALIBRATION_IMAGES),
    request.calibration ? { method: request.calibration } : {},
  );
  const answers = gatherAnswers(request.model, request.labels);
  const orders = ordersOf(request, quantized.model);
  if (orders?.counts && inputs.length > request.batch)
    for (const input of values.slice(0, MOST_CALIBRATION_IMAGES + request.batch))
      orders.count(measureBatch(quantized, [input]).works);
  for (let first = 0; first < inputs.length; first += request.batch) {
    const batch = inputs.slice(first, first + request.batch);
    const { works, outputs } = measureBatch(
      quantized,
      batch.map((input) => input.values),
    );
    const order = new Map(
      works.map((work) => [work.name, orders?.orderOf(work, [first, first + batch.length])]),
    );
    for (const work of works) cost({ ...work, order: order.get(work.name) });
    for (const { values } of request.onTasks ? batch : [])
      request.onTasks?.(
        networkTasks(quantized, values, order).flatMap((task) =>
          stretches(task, layerFilter(request.layers)),
        ),
      );
    for (const [i, input] of batch.entries())
      answers.add(input, outputs[i]!.get(quantized.model.outputs[0]!)!);
    progress('run', Math.min(inputs.length, first + request.batch));
  }
  return {
    images: inputs.length,
    source: {
      weights: 'file',
      activations: 'measured',
      note: [...notes, ...oneShotNote(request.rule)].join('; ') || undefined,
      order: orders && (orders.counts ? (inputs.length > request.batch ? 'inputs' : 'taps') : 'own'),
    },
    answers,
  };
}

/** Half of the weights gone without training costs accuracy; whoever reads the predictions should know. */
const oneShotNote = ({ kind, zeros }: RuleChoice): readonly string[] =>
  kind === 'none' || zeros === 0
    ? []
    : [`${kind}: weights pruned in one shot, without training, so predictions suffer; rule none leaves them`];

/** The first so many inputs fix the ranges of int8 activations, and the first so many others an input's order of channels. */
const MOST_CALIBRATION_IMAGES = 32;

/** Nothing measured: synthetic values at published, assumed or given densities. */
function runAssumed(
  request: RunRequest,
  { pruned, rule, cost }: { pruned: Model; rule: SparsityRule; cost: (work: LayerWork) => void },
): Outcome {
  const { works, total, source } = assumedWorks(pruned, rule, request);
  const orders = ordersOf(request, pruned);
  let done = 0;
  for (const work of works) {
    cost({ ...work, order: orders?.orderOf(work, NO_INPUTS) });
    request.onProgress?.({ stage: 'layers', done: ++done, total });
  }
  return { images: request.batch, source: { ...source, order: orders && (orders.counts ? 'taps' : 'own') } };
}

/** The order of channels where one is fixed for a whole layer: where it is asked for, and wherever hardware is to run. */
const ordersOf = ({ arch, onTasks }: RunRequest, model: Model): ChannelOrders | undefined =>
  onTasks
    ? channelOrders(model, arch, MOST_CALIBRATION_IMAGES)
    : fixedOrders(model, arch, MOST_CALIBRATION_IMAGES);
