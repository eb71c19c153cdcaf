/** How many of a data set's test pictures a network gets right: in fp32, and in integers after post-training quantisation. */

import { evaluate } from '../infer/evaluate.ts';
import { runIntegers } from '../infer/integers.ts';
import type { Model } from '../model/model.ts';
import { top1 } from '../quantize/agreement.ts';
import { postTraining } from '../quantize/post-training.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Dataset, Split } from '../train/datasets/dataset.ts';

/** Enough pictures to fix the ranges of int8 activations: what `run` takes at most. */
const CALIBRATION = 32;

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

export const accuracyFp32 = (model: Model, { test }: Dataset): number =>
  share(test, (i) => evaluate(model, inputOf(model, test, i)).get(model.outputs[0]!)!);

/** Calibrated on training pictures, never on those it is tested on. */
export function accuracyInt8(model: Model, { train, test }: Dataset): number {
  const count = Math.min(CALIBRATION, train.count);
  const calibration = Array.from({ length: count }, (_, i) => inputOf(model, train, i));
  const { quantized } = postTraining(model, calibration);
  const output = quantized.model.outputs[0]!;
  return share(test, (i) => runIntegers(quantized, inputOf(model, test, i)).get(output)!);
}
