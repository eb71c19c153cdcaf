/**
 * Training on one page: from one start every method asked for is trained alike, then each is measured in fp32 and in
 * integers on the same test pictures.
 *
 *   dense          every weight, all epochs                        one-shot       the dense result, pruned to the rule
 *   adaptive       the rule's masks chosen anew while training     unstructured   the same with the smallest anywhere
 */
import { fail } from './errors.ts';
import type { RuleChoice } from './flow.ts';
import { convLayers, type Model, type Receipt } from './model/model.ts';
import type { SparsityRule } from './model/sparsity.ts';
import { fold } from './quantize/fold.ts';
import { seeded } from './tensor/random.ts';
import type { Dataset } from './train/datasets/dataset.ts';
import { initialise } from './train/initialise.ts';
import { withParameters } from './train/network.ts';
import type { Accuracies, Method, TrainingReport } from './train/training-report.ts';
import { accuracyFp32, accuracyInt8 } from './training-flow/accuracy.ts';
import { trainedLayers } from './training-flow/kernels.ts';
import { anywhere, ruleOn, type TrainingRequest, type TrainingStep } from './training-flow/request.ts';
import { arranged, audit, checkRule, pruneToRule } from './training-flow/rule.ts';
import type { PhaseName, TrainingState } from './training-flow/state.ts';
import { lastSteps, trainPhase, wholeTraining } from './training-flow/train-method.ts';

export type { TrainingRequest, TrainingStep } from './training-flow/request.ts';

export interface TrainingOutcome {
  readonly report: TrainingReport;
  /** The network to use: adaptive, or what comes nearest to it among those asked for. */
  readonly model: Model;
  readonly masks: ReadonlyMap<string, Uint8Array>;
}

/** Trained to their own end; one-shot pruning only measures what dense training gave. */
const TRAINED = ['dense', 'adaptive', 'unstructured'] as const;

export function* trainNetwork(
  request: TrainingRequest,
  from?: TrainingState,
): Generator<TrainingStep, TrainingOutcome> {
  const { model, dataset, methods } = request;
  const adaptive = ruleOn(request, request.rule);
  checkFit(model, dataset);
  checkRule(model, adaptive);
  const hasWeights = convLayers(model).every((layer) => layer.weight);
  const start = hasWeights ? model : initialise(model, seeded(request.train.seed, 'weights'));

  let state: TrainingState = from ?? {
    asked: request.asked,
    finished: [],
    history: [],
    seconds: 0,
    images: 0,
  };
  const ended = (phase: PhaseName) => state.finished.find((done) => done.phase === phase)?.parameters;
  /** Folded, since a batch norm inside the convolution changes which weights are small; in the rule's order; pruned. */
  const shaped = (method: Method): Model => {
    const network = fold(withParameters(start, ended(method)!));
    if (method === 'dense') return network;
    const on = method === 'unstructured' ? ruleOn(request, anywhere(request.rule)) : adaptive;
    return pruneToRule(arranged(network, on), on).model;
  };
  const trained = (method: Method): Model | undefined => {
    if (!ended(method)) return undefined;
    const last = ended(`${method}, int8 in sight`);
    return last ? withParameters(shaped(method), last) : shaped(method);
  };

  for (const method of TRAINED.filter((each) => wants(methods, each, hasWeights))) {
    const running = { request, state };
    if (!ended(method)) state = yield* trainPhase(wholeTraining(method, start, request), running);
    if (request.qatEpochs && !ended(`${method}, int8 in sight`))
      state = yield* trainPhase(lastSteps(method, shaped(method), request), { request, state });
  }

  const given = hasWeights ? fold(model) : undefined;
  const dense = trained('dense') ?? given;
  const oneShot =
    methods.includes('one-shot') && dense
      ? pruneToRule(arranged(dense, adaptive), adaptive).model
      : undefined;
  const measured = { given, dense: trained('dense'), oneShot };
  const networks = { ...measured, adaptive: trained('adaptive'), unstructured: trained('unstructured') };
  const fp32 = yield* measure(networks, 'testing in fp32', (network) => accuracyFp32(network, dataset));
  const int8 = yield* measure(networks, 'testing in int8', (network) => accuracyInt8(network, dataset));

  const last = networks.adaptive ?? networks.oneShot ?? networks.unstructured ?? networks.dense ?? given!;
  const obeying = last === networks.unstructured ? ruleOn(request, anywhere(request.rule)) : adaptive;
  const held = last === networks.dense ? ruleOn(request, UNRULED) : obeying;
  const report: TrainingReport = {
    ...{ schema: 'sense.train/1', model: model.name, dataset: dataset.name, machine: request.machine.name },
    rule: { kind: request.rule.kind, zeros: request.rule.zeros },
    ...{ seed: request.train.seed, epochs: request.train.epochs, qatEpochs: request.qatEpochs ?? 0 },
    batch: request.train.batchSize,
    images: { train: dataset.train.count, test: dataset.test.count },
    ...{ accuracy: fp32, accuracyInt8: int8 },
    ...audit(last, held),
    imagesPerSecond: state.seconds > 0 ? state.images / state.seconds : 0,
    layers: trainedLayers(dense ?? start, last, adaptive),
    history: state.history,
  };
  // Changes no weight, but for the -0 that a masked negative one has become.
  const { model: clean, masks } = pruneToRule(last, held);
  const receipts = [receiptOf(report, held.rule), ...model.receipts];
  return { report, model: { ...clean, receipts }, masks };
}

/** One-shot pruning needs dense weights: those the model came with will do. */
const wants = (methods: readonly Method[], method: Method, hasWeights: boolean): boolean =>
  methods.includes(method) || (method === 'dense' && methods.includes('one-shot') && !hasWeights);

const UNRULED: RuleChoice = { kind: 'none', zeros: 0 };

type Networks = Readonly<Record<keyof Accuracies, Model | undefined>>;

function* measure(
  networks: Networks,
  stage: string,
  accuracyOf: (network: Model) => number,
): Generator<TrainingStep, Accuracies> {
  const entries = Object.entries(networks);
  const found: [string, number | null][] = [];
  for (const [i, [name, network]] of entries.entries()) {
    if (network) yield { stage, done: i, total: entries.length, epochs: 0 };
    found.push([name, network ? accuracyOf(network) : null]);
  }
  return Object.fromEntries(found) as unknown as Accuracies;
}

/** Sizes and classes must agree before hours are spent. */
function checkFit(model: Model, { name, shape, classes }: Dataset): void {
  const wanted = model.inputs[0]?.shape.slice(1) ?? [];
  if (wanted.join() !== shape.join())
    fail(`the pictures of ${name} have shape [${shape}], the network "${model.name}" reads [${wanted}]`, {
      hint: 'a network for that size, or a folder of pictures, which are resized',
    });
  const output = model.layers.find((layer) => layer.name === model.outputs[0]);
  const outputs = output?.shape.reduce((product, n) => product * n, 1);
  if (model.outputs.length !== 1 || outputs !== classes)
    fail(`the network "${model.name}" tells ${outputs} classes apart, ${name} has ${classes}`, {
      hint: 'a network with one output a class',
    });
}

const receiptOf = ({ dataset, seed, epochs, accuracy }: TrainingReport, rule: SparsityRule): Receipt => ({
  madeBy: 'sense train',
  from: dataset,
  seed,
  note: `${rule.kind} at ${rule.zeros} zeros, ${epochs} epochs, seed ${seed}, accuracy ${JSON.stringify(accuracy)}`,
});
