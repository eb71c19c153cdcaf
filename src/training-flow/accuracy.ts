/** How many of a data set's test pictures a network gets right: in fp32, and in integers after post-training quantisation. */

import { runIntegers } from '../infer/integers.ts';
import type { Model } from '../model/model.ts';
import { top1 } from '../quantize/agreement.ts';
import { postTraining } from '../quantize/post-training.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Dataset, Split } from '../train/datasets/dataset.ts';
import { accuracyOf } from '../train/evaluation.ts';
import { parametersOf } from '../train/network.ts';
import { compile } from '../train/program.ts';

/** Enough pictures to fix the ranges of int8 activations: what `run` takes at most. */
const CALIBRATION = 32;
const BATCH = 64;

/** A picture under the name of the network's only input. */
export function inputOf(model: Model, split: Split, i: number): ReadonlyMap<string, Tensor> {
  const { name, shape } = model.inputs[0]!;
  return new Map([[name, tensor(shape, Float32Array.from(split.image(i)))]]);
}

function share(split: Split, outputs: (i: number) => Tensor): number {
  let right = 0;
  for (let i = 0; i < split.count; i++) if (top1(outputs(i).data) === split.label(i)) right++;
  return right / split.count;
}

/** In batches, by the program that trains: it is several times as fast as picture by picture. */
export function accuracyFp32(model: Model, { test }: Dataset): number {
  const program = compile(model, { batch: Math.min(BATCH, test.count), norms: new Set() });
  program.load(parametersOf(model));
  return accuracyOf(program, test);
}

/** The first training pictures: never those that are tested on. */
export const calibrationOf = (model: Model, { train }: Dataset): readonly ReadonlyMap<string, Tensor>[] =>
  Array.from({ length: Math.min(CALIBRATION, train.count) }, (_, i) => inputOf(model, train, i));

export function accuracyInt8(model: Model, dataset: Dataset): number {
  const { test } = dataset;
  const { quantized } = postTraining(model, calibrationOf(model, dataset));
  const output = quantized.model.outputs[0]!;
  return share(test, (i) => runIntegers(quantized, inputOf(model, test, i)).get(output)!);
}
