/** Between real numbers and integer codes: layers for computed values, arithmetic for constants. */
import { fail } from '../errors.ts';
import { volume } from '../tensor/shape.ts';
import { axisOf } from './axes.ts';
import { type Element, isFloat, rangeOf, storageOf } from './element.ts';
import { finite, type Parameter, scalar } from './parameter.ts';
import type { Step } from './step.ts';
import type { Computed, Known, Value } from './value.ts';

/** x quantised by the scale and zero point at those inputs. */
export function quantized(step: Step, x: Computed, at: { scale: number; zeroPoint: number }): Computed {
  const scale = scaleAt(step, at.scale);
  const zeroPoint = step.value(at.zeroPoint) ? scalar(step, at.zeroPoint) : 0;
  const element = elementAt(step, at.zeroPoint);
  const [low, high] = rangeOf(element);
  return { ...step.layer({ op: 'quantize', inputs: [x.name], scale, zeroPoint, low, high }), element };
}

function elementAt(step: Step, zeroPoint: number): Element {
  if (step.value(zeroPoint)) return step.known(zeroPoint).element;
  const stated = step.attributes.int('output_dtype', 0); // since opset 21
  return stated === 0 ? 'uint8' : storageOf(stated).element;
}

export function scaleAt(step: Step, input: number): number {
  const { value, from } = step.known(input);
  if (value.data.length !== 1)
    fail(`"${from}" has ${value.data.length} scales: activations are quantised per tensor`, {
      hint: 'export with per-tensor activations',
    });
  return positive(value.data[0]!, from);
}

export const positive = (scale: number, from: string): number =>
  Number.isFinite(scale) && scale > 0 ? scale : fail(`the scale "${from}" is ${scale}: it must be above 0`);

export interface QuantizationInputs {
  readonly scale: number;
  readonly zeroPoint: number;
  /** Along which per-axis scales lie, if not as the node's attribute says. */
  readonly axis?: number;
}

/** The input in real numbers, by the scale and zero point at those inputs. */
export function dequantized(step: Step, input: number, at: QuantizationInputs, inner?: string): Value {
  const x = step.needed(input);
  if (step.attributes.int('block_size', 0) !== 0) fail('scales by block cannot be read');
  if (x.kind === 'absent') return x;
  return x.kind === 'known' ? realConstant(step, x, at) : realValue(step, x, at, inner);
}

function realValue(step: Step, x: Computed, at: QuantizationInputs, inner?: string): Computed {
  if (isFloat(x.element)) fail('it dequantises a value that was not quantised');
  const zeroPoint = step.value(at.zeroPoint) ? scalar(step, at.zeroPoint) : 0;
  return step.layer({ op: 'dequantize', inputs: [x.name], scale: scaleAt(step, at.scale), zeroPoint }, inner);
}

function realConstant(step: Step, x: Known, at: QuantizationInputs): Known {
  const { shape } = x.value;
  if (isFloat(x.element)) fail(`"${x.from}" is not quantised`);
  const scales = step.known(at.scale);
  const scale = Float32Array.from(scales.value.data, (s) => positive(s, scales.from));
  const points = step.value(at.zeroPoint)
    ? step.known(at.zeroPoint).value.data
    : new Int32Array(scale.length);
  const zeroPoint = Int32Array.from(points);
  const single = scale.length === 1;
  const axis = single ? 0 : axisOf(at.axis ?? step.attributes.int('axis', 1), shape.length);
  if (!single && scale.length !== shape[axis])
    fail(`"${scales.from}" has ${scale.length} scales for ${shape[axis]} entries along axis ${axis}`);
  if (zeroPoint.length !== scale.length) fail(`${scale.length} scales but ${zeroPoint.length} zero points`);

  const integers = x.value.data;
  const inside = single ? Math.max(1, integers.length) : volume(shape.slice(axis + 1));
  const real = step.fold('float', shape, () => {
    const out = new Float32Array(integers.length);
    for (let i = 0; i < out.length; i++) {
      const q = Math.floor(i / inside) % scale.length;
      out[i] = (integers[i]! - zeroPoint[q]!) * scale[q]!;
    }
    return out;
  });
  const codes = integers instanceof Int8Array || integers instanceof Uint8Array;
  return { ...real, from: x.from, ...(codes && { codes: { data: integers, scale, zeroPoint, axis } }) };
}

/** A dequantised constant as a weight. */
export function asParameter(step: Step, value: Value): Parameter {
  if (value.kind === 'computed')
    fail(`the weight "${value.name}" must be a constant but is computed by the network`);
  const numbers = value.kind === 'known' && !step.topologyOnly ? finite(value) : undefined;
  return {
    from: value.from,
    shape: step.shapeOf(value),
    numbers,
    codes: value.kind === 'known' ? value.codes : undefined,
  };
}

/** An int32 bias counts in units of ifmap scale times weight scale. */
export function realBias(step: Step, input: number, scales: { x: number; weight: number }): Parameter {
  const bias = step.needed(input);
  if (bias.kind !== 'known' || step.topologyOnly)
    return { from: 'bias', shape: step.shapeOf(bias), numbers: undefined, codes: undefined };
  const unit = scaleAt(step, scales.x);
  const weights = step.known(scales.weight).value.data;
  const numbers = Float32Array.from(
    bias.value.data,
    (b, k) => b * unit * weights[weights.length === 1 ? 0 : k]!,
  );
  const real = finite({ ...bias, value: { shape: bias.value.shape, data: numbers } });
  return { from: bias.from, shape: bias.value.shape, numbers: real, codes: undefined };
}
