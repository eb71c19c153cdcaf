/** Elementwise arithmetic on constants, for the shape chains that exporters write. */
import type { Shape } from '../tensor/shape.ts';
import { volume } from '../tensor/shape.ts';
import { broadcastShape, zip } from './broadcast.ts';
import { allocate, type Element } from './element.ts';
import type { Operator, Step } from './step.ts';
import type { Known } from './value.ts';

type Binary = (x: number, y: number) => number;

/** The constant `f(a, b)`, broadcast; of `element` type, the first operand's unless told. */
export function foldBinary(
  step: Step,
  [a, b]: readonly [Known, Known],
  f: Binary,
  element: Element = a.element,
): Known {
  const shape: Shape = broadcastShape(a.value.shape, b.value.shape);
  return step.fold(element, shape, () =>
    zip([a.value, b.value], shape, { out: allocate(element, volume(shape)), f }),
  );
}

/** An operator known for constants only. */
export const onConstants =
  (f: Binary, element?: Element): Operator =>
  (step) =>
    foldBinary(step, [step.known(0), step.known(1)], f, element);

export const eachConstant =
  (f: (x: number) => number): Operator =>
  (step) => {
    const { element, value } = step.known(0);
    return step.fold(element, value.shape, () => {
      const out = allocate(element, value.data.length);
      for (let i = 0; i < out.length; i++) out[i] = f(value.data[i]!);
      return out;
    });
  };
