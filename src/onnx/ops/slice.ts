/** Slice: starts, ends, axes and steps as attributes before opset 10, as inputs from there on. */
import { fail } from '../../errors.ts';
import { volume } from '../../tensor/shape.ts';
import { axesOf } from '../axes.ts';
import { allocate } from '../element.ts';
import type { Operator, Step } from '../step.ts';
import type { Value } from '../value.ts';

/** Along one axis: `count` elements from `start` on, every `step`-th. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

export const slice: Operator = (step) => {
  const x = step.needed(0);
  const shape = step.shapeOf(x);
  const { starts, ends, axes, steps } = operands(step, shape.length);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    fail(`starts [${starts}], ends [${ends}], axes [${axes}] and steps [${steps}] differ in length`);
  const ranges = shape.map((d): Range => ({ start: 0, step: 1, count: d }));
  axesOf(axes, shape.length).forEach((axis, i) => {
    ranges[axis] = rangeOf(shape[axis]!, { start: starts[i]!, end: ends[i]!, step: steps[i]! });
  });
  return sliced(step, x, ranges);
};

function operands(step: Step, rank: number) {
  const { attributes, opset } = step;
  const part = (name: string, input: number) =>
    opset < 10 ? attributes.ints(name) : step.value(input) ? step.wholes(input) : undefined;
  const starts = part('starts', 1) ?? fail('its starts are missing');
  const ends = part('ends', 2) ?? fail('its ends are missing');
  const axes =
    part('axes', 3) ??
    starts.map((_, i) => (i < rank ? i : fail(`${starts.length} starts for ${rank} axes`)));
  return { starts, ends, axes, steps: (opset < 10 ? undefined : part('steps', 4)) ?? starts.map(() => 1) };
}

/** ONNX's clamping: ends may lie far outside, and before 0 when stepping backwards. */
function rangeOf(size: number, { start, end, step }: { start: number; end: number; step: number }): Range {
  if (step === 0) fail('a slice with step 0');
  const absolute = (n: number, low: number, high: number) =>
    Math.min(high, Math.max(low, n < 0 ? n + size : n));
  const [from, to] =
    step > 0
      ? [absolute(start, 0, size), absolute(end, 0, size)]
      : [absolute(start, 0, size - 1), absolute(end, -1, size - 1)];
  const count = Math.max(0, Math.ceil((to - from) / step));
  return { start: from, step: count > 1 ? step : 1, count };
}

/** The part of any value that lies in the ranges, one an axis. */
export function sliced(step: Step, x: Value, ranges: readonly Range[], inner?: string): Value {
  const from = step.shapeOf(x);
  const shape = ranges.map(({ count }) => count);
  if (x.kind === 'absent') return { ...x, shape };
  if (ranges.every((r, i) => r.start === 0 && r.step === 1 && r.count === from[i])) return x;
  if (x.kind === 'known')
    return step.fold(x.element, shape, () => {
      const out = allocate(x.element, volume(shape));
      const strides = from.map((_, i) => volume(from.slice(i + 1)));
      const copy = (axis: number, source: number, target: number): number => {
        if (axis === ranges.length) {
          out[target] = x.value.data[source]!;
          return target + 1;
        }
        const { start, step: by, count } = ranges[axis]!;
        let next = target;
        for (let i = 0; i < count; i++)
          next = copy(axis + 1, source + (start + i * by) * strides[axis]!, next);
        return next;
      };
      copy(0, 0, 0);
      return out;
    });
  if (volume(shape) === 0) fail(`it slices nothing out of [${from}]`);
  const [start, by] = [ranges.map((r) => r.start), ranges.map((r) => r.step)];
  return {
    ...step.layer({ op: 'slice', inputs: [x.name], start, step: by, shape }, inner),
    element: x.element,
  };
}
