/** One row of the accuracy experiment: a network trained one way, tested in fp32 and in integers, and run on the machine. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { machineNamed } from '../../src/accel/index.ts';
import { type RuleChoice, ruleFor, run } from '../../src/flow.ts';
import { convLayers, type Model } from '../../src/model/model.ts';
import { fold } from '../../src/quantize/fold.ts';
import type { Dataset } from '../../src/train/datasets/dataset.ts';
import { accuracyFp32, accuracyInt8, inputOf } from '../../src/training-flow/accuracy.ts';
import { kernelCounts } from '../../src/training-flow/kernels.ts';
import { arranged, audit, pruneToRule, type RuleOn } from '../../src/training-flow/rule.ts';

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
  .update(readFileSync(new URL('../../src/tensor/kernels/wasm.gen.ts', import.meta.url)))
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
