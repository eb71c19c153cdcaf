/** Pad with a constant, channels too; negative pads crop. Attributes before opset 11, inputs from there on. */
import { fail } from '../../errors.ts';
import { axesOf } from '../axes.ts';
import { scalar } from '../parameter.ts';
import type { Operator, Step } from '../step.ts';
import { sliced } from './slice.ts';

export const pad: Operator = (step) => {
  const mode = step.attributes.text('mode', 'constant');
  if (mode !== 'constant') fail(`it pads by "${mode}"`, { hint: 'only constant padding can be run' });
  const x = step.computed(0);
  const shape = step.shapeOf(x);
  const { before, after, value } = operands(step, shape.length);
  const crop = shape.map((d, i) => {
    const [start, end] = [Math.max(0, -before[i]!), d + Math.min(0, after[i]!)];
    if (end <= start) fail(`pads [${before}] and [${after}] leave nothing of [${shape}]`);
    return { start, step: 1, count: end - start };
  });
  const grow = (n: number) => Math.max(0, n);
  const padded = crop.map(({ count }, i) => grow(before[i]!) + count + grow(after[i]!));
  const grows = padded.some((d, i) => d !== crop[i]!.count);
  const inside = step.asComputed(sliced(step, x, crop, grows ? 'cropped' : undefined));
  if (!grows) return inside;
  return {
    ...step.layer({ op: 'pad', inputs: [inside.name], before: before.map(grow), value, shape: padded }),
    element: x.element,
  };
};

function operands(step: Step, rank: number) {
  const inputs = step.opset >= 11;
  const pads = inputs ? step.wholes(1) : (step.attributes.ints('pads') ?? fail('its pads are missing'));
  const value = inputs ? (step.value(2) ? scalar(step, 2) : 0) : step.attributes.float('value', 0);
  if (!Number.isFinite(value)) fail(`it pads with ${value}`);
  const axes = step.value(3) ? axesOf(step.wholes(3), rank) : Array.from({ length: rank }, (_, i) => i);
  if (pads.length !== 2 * axes.length)
    fail(`${pads.length} pads for ${axes.length} axes: two each are needed`);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[axes.length + i]!;
  });
  return { before, after, value };
}
