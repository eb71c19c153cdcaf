/** The whole pipeline on one page: fold, prune, quantise, give each layer its work, cost it, report. */
import type { Accelerator } from './accel/accelerator.ts';
import { verifyLayer } from './accel/verify.ts';
import type { Arch } from './arch/arch.ts';
import { fail } from './errors.ts';
import { hostLayers } from './infer/integers.ts';
import { type ConvLayer, isConv } from './model/layer.ts';
import type { Model } from './model/model.ts';
import type { SparsityRule } from './model/sparsity.ts';
import type { LayerWork } from './model/work.ts';
import { fold } from './quantize/fold.ts';
import { postTraining } from './quantize/post-training.ts';
import { type Answers, gatherAnswers } from './report/answers.ts';
import { layerLog, makeReport } from './report/make-report.ts';
import type { Report } from './report/report.ts';
import { seeded } from './tensor/random.ts';
import { chooseActivations, layerFilter, type PublishedDensities } from './workload/densities.ts';
import { measureBatch, type NetworkInput } from './workload/measured-works.ts';
import { type PrunedModel, pruneModel as pruneWith } from './workload/prune-model.ts';
import { syntheticWorks } from './workload/synthetic-works.ts';

export type { NetworkInput } from './workload/measured-works.ts';

export interface RuleChoice {
  readonly kind: SparsityRule['kind'];
  readonly zeros: number;
}

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
}

/** The rule a user asked for, with the slices the machine states. */
export const ruleFor = (machine: Accelerator, arch: Arch, { kind, zeros }: RuleChoice): SparsityRule => ({
  ...machine.rule(zeros, arch),
  kind,
  zeros: kind === 'none' ? 0 : zeros,
  blockFilters: arch.array.cols,
});

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
  const log = layerLog(arch);
  const cost = (work: LayerWork): void => {
    if (!wanted(work.name)) return;
    if (request.verify) verifyLayer(machine, work, arch);
    log.add(work, machine.cost(work, arch));
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
  for (let first = 0; first < inputs.length; first += request.batch) {
    const batch = inputs.slice(first, first + request.batch);
    const { works, outputs } = measureBatch(
      quantized,
      batch.map((input) => input.values),
    );
    for (const work of works) cost(work);
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
    },
    answers,
  };
}

/** Half of the weights gone without training costs accuracy; whoever reads the predictions should know. */
const oneShotNote = ({ kind, zeros }: RuleChoice): readonly string[] =>
  kind === 'none' || zeros === 0
    ? []
    : [`${kind}: weights pruned in one shot, without training, so predictions suffer; rule none leaves them`];

/** The first so many inputs fix the ranges of int8 activations. */
const MOST_CALIBRATION_IMAGES = 32;

/** Nothing measured: synthetic values at published, assumed or given densities. */
function runAssumed(
  request: RunRequest,
  { pruned, rule, cost }: { pruned: Model; rule: SparsityRule; cost: (work: LayerWork) => void },
): Outcome {
  const { densityOf, kind, note } = chooseActivations(request.activations, request.densities);
  const wanted = layerFilter(request.layers);
  const picks = (layer: ConvLayer): boolean => wanted(layer.name);
  const total = pruned.layers.filter((layer) => isConv(layer) && picks(layer)).length;
  const options = {
    ifmapDensity: densityOf,
    ofmapDensity: (layer: ConvLayer) =>
      kind === 'published' ? request.ofmapDensities?.get(layer.name) : undefined,
    rule,
    batch: request.batch,
    random: seeded(request.seed, pruned.name),
  };
  let done = 0;
  for (const work of syntheticWorks(pruned, options, picks)) {
    cost(work);
    request.onProgress?.({ stage: 'layers', done: ++done, total });
  }
  const synthetic = pruned.layers.some((layer) => isConv(layer) && !layer.weight);
  return {
    images: request.batch,
    source: { weights: synthetic ? 'synthetic' : 'file', activations: kind, note },
  };
}
