/** Pooling layers in two dimensions: under a window, or over the whole map. */
import { fail } from '../errors.ts';
import type { Step } from './step.ts';
import type { Computed } from './value.ts';
import { kernelShape, windowOf } from './window.ts';

/** The pool of a node, its window from the attributes. */
export function pool(step: Step, op: 'maxPool' | 'avgPool'): Computed {
  const { attributes: a } = step;
  const x = step.computed(0);
  const window = windowOf(a, step.shapeOf(x), kernelShape(a));
  const { kernel, pad, dilation } = window;
  // A window wholly in the padding would have nothing to take the maximum or mean of.
  if (pad.some((p, i) => p >= dilation[i % 2]! * (kernel[i % 2]! - 1) + 1))
    fail(`padding [${pad}] is not smaller than the ${kernel.join('x')} window`);
  return {
    ...step.layer({
      op,
      inputs: [x.name],
      ...window,
      ceil: a.int('ceil_mode', 0) === 1,
      countPad: a.int('count_include_pad', 0) === 1,
    }),
    element: x.element,
  };
}

/** One window over the whole map, or over its rows or columns. */
export function wholePool(
  step: Step,
  op: 'maxPool' | 'avgPool',
  x: Computed,
  { rows = true, columns = true, inner = undefined as string | undefined } = {},
): Computed {
  const shape = step.shapeOf(x);
  if (shape.length !== 4) fail(`its ifmap has shape [${shape}]: expected [N, C, H, W]`);
  return step.layer(
    {
      op,
      inputs: [x.name],
      kernel: [rows ? shape[2]! : 1, columns ? shape[3]! : 1],
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      ceil: false,
      countPad: false,
    },
    inner,
  );
}
