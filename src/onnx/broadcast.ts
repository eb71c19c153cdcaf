/** ONNX's multidirectional broadcasting, for folding constants. */
import { fail } from '../errors.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';

/** The shape both broadcast to. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) fail(`shapes [${a}] and [${b}] do not broadcast`);
    return p === 1 ? q : p;
  });
}

/** For every element of `shape` in order, where it comes from in a tensor of shape `from`. */
export function* sources(from: Shape, shape: Shape): Generator<number> {
  const step = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    const axis = i + shape.length - from.length;
    step[axis] = from[i] === 1 ? 0 : stride;
    stride *= from[i]!;
  }
  const count = volume(shape);
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let n = 0; n < count; n++) {
    yield at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += step[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= step[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** Fill `out`, of shape `shape`, with `f` of the two operands' elements. */
export function zip<D extends TensorData>(
  [a, b]: readonly [Tensor<TensorData>, Tensor<TensorData>],
  shape: Shape,
  into: { readonly out: D; readonly f: (x: number, y: number) => number },
): D {
  const [left, right] = [sources(a.shape, shape), sources(b.shape, shape)];
  for (let i = 0; i < into.out.length; i++)
    into.out[i] = into.f(a.data[left.next().value as number]!, b.data[right.next().value as number]!);
  return into.out;
}
