/** One row of the accuracy experiment: a network trained one way, tested in fp32 and in integers, and run on the machine. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { machineNamed } from '../src/accel/index.ts';
import { type RuleChoice, ruleFor, run } from '../src/flow.ts';
import { convLayers, type Model } from '../src/model/model.ts';
import { fold } from '../src/quantize/fold.ts';
import type { Dataset } from '../src/train/datasets/dataset.ts';
import { type TrainOptions, train } from '../src/train/loop.ts';
import { parametersOf, withParameters } from '../src/train/network.ts';
import { decodeSafetensors, encodeSafetensors, float32Tensor } from '../src/train/safetensors.ts';
import { accuracyFp32, accuracyInt8, calibrationOf, inputOf } from '../src/training-flow/accuracy.ts';
import { kernelCounts } from '../src/training-flow/kernels.ts';
import { highest, maskRule } from '../src/training-flow/mask-rule.ts';
import { besideInt8, withRoundedValues } from '../src/training-flow/quantisation-aware.ts';
import { arranged, audit, pruneToRule, type RuleOn } from '../src/training-flow/rule.ts';
import type { Recipe } from './accuracy-networks.ts';

/**
 * given: as it came, untrained here.  adaptive-int8: adaptive, then a last epoch with int8 in sight.
 * The others: docs/training.md.
 */
export const METHODS = [
  ...(['given', 'dense', 'one-shot', 'adaptive', 'adaptive-int8', 'column-block', 'unstructured'] as const),
] as const;
export type Method = (typeof METHODS)[number];

export interface Row {
  readonly network: string;
  readonly method: Method;
  readonly rule: string;
  readonly zeros: number;
  readonly seed: number;
  readonly recipe: string; // JSON of what decided the weights
  readonly kernels: string; // sha256 of the WebAssembly that trained and tested
  readonly accuracy: { readonly fp32: number; readonly int8: number };
  readonly tested: { readonly fp32: number; readonly int8: number }; // pictures
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
  readonly exact: boolean;
  /** On the machine, means of one test picture at batch 1, measured activations. */
  readonly hardware: {
    readonly machine: string;
    readonly pictures: number;
    readonly cycles: number;
    readonly dramBytes: number;
    readonly energyPj: number;
  };
  /** How many kernels of the network's largest size have 0, 1, 2, … non-zeros; one filter's taps for one channel. */
  readonly kernelNonZeros: readonly number[];
  readonly trainSeconds: number;
}

const MACHINE = 'sense';
const HARDWARE_PICTURES = 16;

export const kernels = createHash('sha256')
  .update(readFileSync(new URL('../src/tensor/kernels/wasm.gen.ts', import.meta.url)))
  .digest('hex')
  .slice(0, 16);

const KINDS: Readonly<Record<Method, RuleChoice['kind']>> = {
  given: 'none',
  dense: 'none',
  'adaptive-int8': 'equal-per-kernel',
  'one-shot': 'equal-per-kernel',
  adaptive: 'equal-per-kernel',
  'column-block': 'column-block',
  unstructured: 'magnitude',
};

export function ruleOn(method: Method, zeros: number): RuleOn {
  const machine = machineNamed(MACHINE);
  return {
    rule: ruleFor(machine, machine.arch, { kind: KINDS[method], zeros }),
    exempt: () => false,
  };
}

/** Trained to the end; progress is told a few times a minute. */
export function trained(
  start: Model,
  dataset: Dataset,
  options: Recipe & Pick<TrainOptions, 'seed'>,
  { on, say }: { on?: RuleOn | undefined; say: (share: number, loss: number) => void },
): Model {
  // Tested at the end, on everything; in between a few pictures say whether it runs at all.
  const glimpse = { ...dataset, test: { ...dataset.test, count: Math.min(500, dataset.test.count) } };
  const rule = on && {
    zeros: highest(on, start),
    exempt: on.exempt,
    mask: maskRule(on, start),
  };
  const steps = train(start, glimpse, { ...options, ...rule });
  for (;;) {
    const next = steps.next();
    if (next.done) return withParameters(start, next.value.parameters);
    const { step, steps: all, loss } = next.value;
    if (step % 50 === 0) say(step / all, loss);
  }
}

/** A finished network after one more epoch, rounded to int8 as it goes: plain fp32 weights again. */
export function withInt8InSight(
  network: Model,
  dataset: Dataset,
  options: Recipe & Pick<TrainOptions, 'seed'>,
  { zeros, say }: { zeros: number; say: (share: number, loss: number) => void },
): Model {
  const start = withRoundedValues(network, calibrationOf(network, dataset));
  const { batchSize } = options;
  const last = { ...besideInt8(options, { epochs: 1, zeros }), batchSize };
  return withParameters(network, parametersOf(trained(start, dataset, last, { say })));
}

/** Weights as the machine gets them: folded, in the rule's order, and what is pruned exactly 0. */
export function finished(model: Model, on: RuleOn): Model {
  return pruneToRule(arranged(fold(model), on), on).model;
}

export function tested(
  network: Model,
  dataset: Dataset,
  { on, int8 }: { on: RuleOn; int8: number },
): Pick<Row, 'accuracy' | 'tested' | 'zerosPerKernel' | 'exact'> {
  const fewer = { ...dataset, test: { ...dataset.test, count: Math.min(int8, dataset.test.count) } };
  const accuracy = { fp32: accuracyFp32(network, dataset), int8: accuracyInt8(network, fewer) };
  return {
    accuracy,
    tested: { fp32: dataset.test.count, int8: fewer.test.count },
    ...audit(network, on),
  };
}

/** What the weights are to the machine; made anew from kept weights when the machine's model moves. */
export function onMachine(network: Model, dataset: Dataset): Pick<Row, 'hardware' | 'kernelNonZeros'> {
  const machine = machineNamed(MACHINE);
  const { totals, images } = run({
    ...{ model: network, machine, arch: machine.arch, batch: 1, rule: { kind: 'none', zeros: 0 } },
    ...{ activations: 'dense', seed: 1 },
    inputs: Array.from({ length: HARDWARE_PICTURES }, (_, i) => ({
      name: `test ${i}`,
      values: inputOf(network, dataset.test, i),
    })),
  });
  return {
    hardware: {
      ...{ machine: machine.name, pictures: images, cycles: totals.cycles / images },
      ...{ dramBytes: totals.dramBytes.total / images, energyPj: totals.energyPj.total / images },
    },
    kernelNonZeros: largestKernels(network),
  };
}

function largestKernels(network: Model): readonly number[] {
  const layers = convLayers(network);
  const taps = Math.max(...layers.map(({ conv }) => conv.R * conv.S));
  const counts = new Array<number>(taps + 1).fill(0);
  for (const { conv, weight } of layers)
    if (conv.R * conv.S === taps && weight)
      kernelCounts(weight.data, conv).forEach((count, n) => {
        counts[n]! += count;
      });
  return counts;
}

/** Weights between sittings: beside the checkout's other caches, never committed. */
const CACHE = '.cache/accuracy';

export function keepWeights(name: string, model: Model, parameters: ReadonlyMap<string, Float32Array>): void {
  mkdirSync(CACHE, { recursive: true });
  const tensors = new Map([...parameters].map(([key, v]) => [key, float32Tensor([v.length], v)]));
  const metadata = new Map([['model', model.name]]);
  writeFileSync(`${CACHE}/${name}.safetensors`, encodeSafetensors({ tensors, metadata }));
}

export function keptWeights(name: string): ReadonlyMap<string, Float32Array> | undefined {
  try {
    const { tensors } = decodeSafetensors(readFileSync(`${CACHE}/${name}.safetensors`));
    return new Map([...tensors].map(([key, { values }]) => [key, values as Float32Array]));
  } catch {
    return undefined;
  }
}
