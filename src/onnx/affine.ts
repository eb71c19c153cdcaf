/** Arithmetic of a computed value with a constant: an affine layer where the constant is per tensor or per channel. */
import { fail } from '../errors.ts';
import { type Shape, sameShape, volume } from '../tensor/shape.ts';
import { broadcastShape, sources } from './broadcast.ts';
import { finite } from './parameter.ts';
import type { Step } from './step.ts';
import type { Absent, Computed, Known, Value } from './value.ts';

/** How a constant of shape `constant` lies over `x`: one number, one a channel (axis 1), or any other way. */
function spread(constant: Shape, x: Shape): 'tensor' | 'channel' | 'element' {
  if (!sameShape(broadcastShape(constant, x), x))
    fail(`a constant of shape [${constant}] does not broadcast to [${x}]`);
  if (constant.every((d) => d === 1)) return 'tensor';
  const channel = constant.length - x.length + 1; // where axis 1 of x is in the constant
  return constant.every((d, axis) => d === 1 || axis === channel) ? 'channel' : 'element';
}

export interface Affine {
  readonly scale: (c: number) => number;
  readonly shift: (c: number) => number;
}

/** x with `affine` of each of the constant's numbers; undefined where the constant is not per tensor or channel. */
export function withConstant(
  step: Step,
  [x, constant]: readonly [Computed, Known | Absent],
  affine: Affine,
): Computed | undefined {
  const shape = step.shapeOf(constant);
  const kind = spread(shape, step.shapeOf(x));
  if (step.topologyOnly || constant.kind === 'absent') {
    step.note('a constant of unknown numbers was left out of an addition or multiplication');
    const one = { scale: Float32Array.of(1), shift: Float32Array.of(0) };
    return step.layer({ op: 'affine', inputs: [x.name], ...one });
  }
  if (kind === 'element') return undefined;
  const numbers = Array.from(finite(constant));
  const scale = Float32Array.from(numbers, affine.scale);
  const shift = Float32Array.from(numbers, affine.shift);
  if (![...scale, ...shift].every(Number.isFinite))
    fail(`"${constant.from}" gives a scale or shift that is no finite number`);
  return step.layer({ op: 'affine', inputs: [x.name], scale, shift });
}

/** -x. */
export const negated = (step: Step, x: Computed, inner?: string): Computed =>
  step.layer(
    { op: 'affine', inputs: [x.name], scale: Float32Array.of(-1), shift: Float32Array.of(0) },
    inner,
  );

/** Sum of two values, at least one of them computed. */
export function sumOf(step: Step, [a, b]: readonly [Value, Value], inner?: string): Computed {
  if (a.kind !== 'computed' && b.kind === 'computed') return sumOf(step, [b, a], inner);
  const x = step.asComputed(a);
  const y = b.kind === 'known' ? wholeConstant(step, b, step.shapeOf(x)) : step.asComputed(b);
  const [p, q] = [step.shapeOf(x), step.shapeOf(y)];
  if (!sameShape(p, q))
    fail(`it adds computed values of shapes [${p}] and [${q}]: they must be equal`, {
      hint: 'only constants are broadcast',
    });
  return step.layer({ op: 'add', inputs: [x.name, y.name] }, inner);
}

/** A constant broadcast to every element, as a layer. */
function wholeConstant(step: Step, constant: Known, shape: Shape): Computed {
  const numbers = finite(constant);
  const whole = step.fold('float', shape, () => {
    const out = new Float32Array(volume(shape));
    let n = 0;
    for (const at of sources(constant.value.shape, shape)) out[n++] = numbers[at]!;
    return out;
  });
  return step.asComputed({ ...whole, from: constant.from });
}
