/**
 * How far a network in integers is from the one in fp32, and how far its integer requantisation is from a float one
 * (ONNX Runtime's: one fp32 product and a rounding). The second is at most one step of a byte.
 */
import { evaluate } from '../infer/evaluate.ts';
import { accumulate, fastConvolve, runIntegers } from '../infer/integers.ts';
import { isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { QuantizedConv, QuantizedModel } from '../model/quantized.ts';
import { roundHalfEven } from '../tensor/requantise.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface Agreement {
  readonly images: number;
  /** Images on which both networks put the same class first, by the first output. */
  readonly sameTop1: number;
  /** The largest difference of any output value. */
  readonly maxDifference: number;
}

/** The model and its integer form on the same images. */
export function agreement(
  model: Model,
  quantized: QuantizedModel,
  images: readonly ReadonlyMap<string, Tensor>[],
): Agreement {
  let [sameTop1, maxDifference] = [0, 0];
  for (const image of images) {
    const real = evaluate(model, image);
    const integer = runIntegers(quantized, image);
    model.outputs.forEach((output, i) => {
      const a = real.get(output)!.data;
      const b = integer.get(quantized.model.outputs[i]!)!.data;
      if (i === 0 && top1(a) === top1(b)) sameTop1++;
      a.forEach((x, j) => {
        maxDifference = Math.max(maxDifference, Math.abs(x - b[j]!));
      });
    });
  }
  return { images: images.length, sameTop1, maxDifference };
}

/** The index of the largest value; the first of equals. */
export function top1(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

export interface RequantisationDifference {
  readonly bytes: number;
  readonly differing: number;
  readonly maxSteps: number;
}

/** Every conv's ofmap byte on these images, beside what float requantisation makes of the same accumulator. */
export function requantisationDifference(
  quantized: QuantizedModel,
  images: readonly ReadonlyMap<string, Tensor>[],
): RequantisationDifference {
  let [bytes, differing, maxSteps] = [0, 0, 0];
  const sums = accumulate(fastConvolve);
  const scaleOf = (value: string): number => quantized.values.get(value)!.scale;
  for (const image of images)
    runIntegers(quantized, image, {
      watch: (layer, [ifmap], ofmap) => {
        if (!isConv(layer)) return;
        const conv = quantized.convs.get(layer.name)!;
        const scale = conv.weightScale.map((w) => (scaleOf(layer.inputs[0]!) * w) / scaleOf(layer.name));
        const float = floatRequantised(sums(layer, conv, ifmap!), conv, scale);
        bytes += ofmap.length;
        for (let i = 0; i < ofmap.length; i++) {
          const steps = Math.abs(ofmap[i]! - float[i]!);
          if (steps > 0) differing++;
          maxSteps = Math.max(maxSteps, steps);
        }
      },
    });
  return { bytes, differing, maxSteps };
}

/** clamp(roundHalfEven(fp32(acc + bias) * fp32 scale), low, high) */
function floatRequantised(
  acc: Int32Array,
  { bias, requantisation }: QuantizedConv,
  scale: Float32Array,
): Int32Array {
  const { low, high } = requantisation;
  const plane = acc.length / scale.length;
  return acc.map((sum, i) => {
    const k = Math.floor(i / plane);
    const q = roundHalfEven(Math.fround(Math.fround(sum + bias[k]!) * scale[k]!));
    return Math.max(low, Math.min(high, q));
  });
}
