/** Reshape: the same numbers under another shape; 0 copies a dimension, -1 is what is left. */
import { fail } from '../../errors.ts';
import { type Shape, sameShape, volume } from '../../tensor/shape.ts';
import type { Operator, Step } from '../step.ts';
import type { Value } from '../value.ts';

export const reshape: Operator = (step) => {
  const x = step.needed(0);
  const from = step.shapeOf(x);
  const target = step.wholes(1);
  const keepZero = step.attributes.int('allowzero', 0) === 1;
  let shape = target.map((d, i) =>
    d === 0 && !keepZero ? (from[i] ?? fail(`shape [${target}] copies dimension ${i} of [${from}]`)) : d,
  );
  const open = shape.indexOf(-1);
  if (open !== shape.lastIndexOf(-1)) fail(`shape [${target}] leaves two dimensions open`);
  const count = volume(from);
  // A graph fixed to another batch has it written into its shapes.
  const { fileBatch } = step;
  const fixed = (list: Shape): number =>
    volume(
      list.filter((d) => d !== -1),
      `shape [${target}]`,
    );
  if (fileBatch !== undefined && fileBatch > 1 && x.kind === 'computed' && shape[0] === fileBatch) {
    const single = [1, ...shape.slice(1)];
    const fits = open < 0 ? fixed(shape) !== count && fixed(single) === count : count % fixed(single) === 0;
    if (fits) shape = single;
  }
  if (open >= 0) {
    const rest = fixed(shape);
    if (rest === 0 || count % rest !== 0) fail(`[${from}] does not reshape to [${target}]`);
    shape = shape.map((d) => (d === -1 ? count / rest : d));
  }
  return reshaped(step, x, shape);
};

/** Any value under another shape of as many elements. */
export function reshaped(step: Step, x: Value, shape: Shape, inner?: string): Value {
  const from = step.shapeOf(x);
  if (volume(shape) !== volume(from))
    fail(`[${from}] does not reshape to [${shape}]: the element counts differ`);
  if (x.kind === 'absent') return { ...x, shape };
  if (x.kind === 'known') {
    const codes = x.codes?.scale.length === 1 ? x.codes : undefined; // per-axis scales lose their axis
    return { ...x, value: { shape, data: x.value.data }, codes };
  }
  if (sameShape(from, shape)) return x;
  return { ...step.layer({ op: 'reshape', inputs: [x.name], shape }, inner), element: x.element };
}
