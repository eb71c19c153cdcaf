/** Transpose: constants are permuted here, computed values by a layer. */
import { fail } from '../../errors.ts';
import { volume } from '../../tensor/shape.ts';
import type { Tensor, TensorData } from '../../tensor/tensor.ts';
import { axesOf } from '../axes.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';

export const transpose: Operator = (step) => {
  const x = step.needed(0);
  const from = step.shapeOf(x);
  const perm = axesOf(step.attributes.ints('perm') ?? from.map((_, i) => from.length - 1 - i), from.length);
  if (perm.length !== from.length) fail(`perm [${perm}] does not order the axes of [${from}]`);
  const shape = perm.map((axis) => from[axis]!);
  if (x.kind === 'absent') return { ...x, shape };
  if (x.kind === 'computed') {
    if (perm.every((axis, i) => axis === i)) return x;
    return { ...step.layer({ op: 'transpose', inputs: [x.name], perm }), element: x.element };
  }
  const { codes } = x;
  const known = step.fold(x.element, shape, () =>
    permuted(x.value, perm, allocate(x.element, volume(shape))),
  );
  if (!codes) return { ...known, from: x.from };
  const data = permuted(
    { shape: from, data: codes.data },
    perm,
    new (codes.data instanceof Int8Array ? Int8Array : Uint8Array)(codes.data.length),
  );
  return { ...known, from: x.from, codes: { ...codes, data, axis: perm.indexOf(codes.axis) } };
};

/** The tensor's elements in the order of the permuted axes, written to `out`. */
export function permuted<D extends TensorData>(x: Tensor<TensorData>, perm: readonly number[], out: D): D {
  const strides = new Array<number>(x.shape.length).fill(1);
  for (let i = x.shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * x.shape[i + 1]!;
  const size = perm.map((axis) => x.shape[axis]!);
  const step = perm.map((axis) => strides[axis]!);
  const index = new Array<number>(perm.length).fill(0);
  let at = 0;
  for (let n = 0; n < out.length; n++) {
    out[n] = x.data[at]!;
    for (let axis = perm.length - 1; axis >= 0; axis--) {
      at += step[axis]!;
      if (++index[axis]! < size[axis]!) break;
      at -= step[axis]! * size[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
