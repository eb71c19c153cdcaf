/** Conv in two dimensions: groups, strides, dilation and unequal padding; weight [K, C/groups, R, S]. */
import { convolution } from '../convolution.ts';
import { optionalParameter, parameter } from '../parameter.ts';
import type { Operator } from '../step.ts';

export const conv: Operator = (step) =>
  convolution(step, { x: step.computed(0), weight: parameter(step, 1), bias: optionalParameter(step, 2) });
