/** Constants used as weights, biases and scales: float, finite, and named in the error when they are not. */
import { fail } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { isFloat } from './element.ts';
import type { Step } from './step.ts';
import type { AxisCodes, Known } from './value.ts';

export interface Parameter {
  readonly from: string;
  readonly shape: Shape;
  /** Undefined where the file holds none, or holds none of the conv weights and so is a topology only. */
  readonly numbers: Float32Array | undefined;
  readonly codes: AxisCodes | undefined;
}

/** The constant's numbers as floats, none of them NaN or infinite. */
export function finite({ from, value }: Known): Float32Array {
  const floats = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
  for (let i = 0; i < floats.length; i++)
    if (!Number.isFinite(floats[i]!))
      fail(`"${from}" holds ${floats[i]} at element ${i}: a network cannot run with it`, {
        hint: 'the training may have diverged; export finite weights',
      });
  return floats;
}

export function parameter(step: Step, input: number): Parameter {
  const constant = step.needed(input);
  if (constant.kind === 'computed')
    fail(`its input ${input}, "${constant.name}", must be a constant but is computed by the network`);
  const shape = step.shapeOf(constant);
  if (step.topologyOnly || constant.kind === 'absent')
    return { from: constant.from, shape, numbers: undefined, codes: undefined };
  if (!isFloat(constant.element)) step.note('integer weights without a scale, taken as they stand');
  return { from: constant.from, shape, numbers: finite(constant), codes: constant.codes };
}

export const optionalParameter = (step: Step, input: number): Parameter | undefined =>
  step.value(input) ? parameter(step, input) : undefined;

/** A constant that must be one number. */
export function scalar(step: Step, input: number): number {
  const { value, from } = step.known(input);
  if (value.data.length !== 1) fail(`"${from}" must be one number, it has shape [${value.shape}]`);
  return value.data[0]!;
}
