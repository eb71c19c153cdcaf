/** Fully connected layers: one row an image, times a constant matrix. */
import { fail } from '../errors.ts';
import { volume } from '../tensor/shape.ts';
import { filters, type Operands } from './convolution.ts';
import { reshaped } from './ops/reshape.ts';
import { permuted } from './ops/transpose.ts';
import type { Parameter } from './parameter.ts';
import type { Step } from './step.ts';
import type { Computed } from './value.ts';

/** x [1, C] times weight [K, C], plus bias [K]. */
export function fullyConnected(step: Step, { x, weight, bias }: Operands, inner?: string): Computed {
  const ifmap = step.shapeOf(x);
  const [K, C] = matrix(weight);
  if (ifmap.length !== 2 || ifmap[0] !== 1 || ifmap[1] !== C)
    fail(`[${ifmap}] times a weight of ${C} inputs and ${K} outputs: expected [1, ${C}]`, {
      hint: 'matrix products over more than the batch cannot be run',
    });
  volume(weight.shape, `"${weight.from}"`);
  if (K < 1 || C < 1) fail(`"${weight.from}" has shape [${weight.shape}]`);
  const plain = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
  const conv = { C, H: 1, W: 1, K, R: 1, S: 1, ...plain };
  return step.layer({ op: 'fc', inputs: [x.name], conv, ...filters(step, { weight, bias }, K) }, inner);
}

const matrix = ({ from, shape }: Parameter): readonly [number, number] =>
  shape.length === 2
    ? [shape[0]!, shape[1]!]
    : fail(`the weight "${from}" has shape [${shape}]: expected two dimensions`);

/** A weight [C, K] as [K, C]. */
export function transposed(weight: Parameter): Parameter {
  const { from, shape, numbers, codes } = weight;
  const [C, K] = matrix(weight);
  const turn = <D extends Float32Array | Int8Array | Uint8Array>(data: D, out: D): D =>
    permuted({ shape, data }, [1, 0], out);
  return {
    from,
    shape: [K, C],
    numbers: numbers && turn(numbers, new Float32Array(numbers.length)),
    codes: codes && {
      ...codes,
      axis: 1 - codes.axis,
      data: turn(codes.data, codes.data instanceof Int8Array ? new Int8Array(C * K) : new Uint8Array(C * K)),
    },
  };
}

/** x [1, ..., C] times a weight [C, K]; leading dimensions of 1 are kept. */
export function product(
  step: Step,
  x: Computed,
  weight: Parameter,
  bias?: Parameter,
  inner?: string,
): Computed {
  const [, K] = matrix(weight);
  const shape = step.shapeOf(x);
  const C = shape.at(-1) ?? 1;
  if (shape.length < 2 || volume(shape) !== C)
    fail(`a matrix product over [${shape}]: only one row an image can be run`, {
      hint: 'attention and sequences cannot be run',
    });
  const operands = (row: Computed) => ({ x: row, weight: transposed(weight), bias });
  if (shape.length === 2) return fullyConnected(step, operands(x), inner);
  const row = step.asComputed(reshaped(step, x, [1, C], 'row'));
  const out = fullyConnected(step, operands(row), 'product');
  return step.asComputed(reshaped(step, out, [...shape.slice(0, -1), K], inner));
}
