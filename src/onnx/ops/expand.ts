/** Expand: broadcast a constant; of a computed value only what changes nothing. */
import { fail } from '../../errors.ts';
import { sameShape, volume } from '../../tensor/shape.ts';
import { broadcastShape, sources } from '../broadcast.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';

export const expand: Operator = (step) => {
  const x = step.needed(0);
  const from = step.shapeOf(x);
  const shape = broadcastShape(from, step.wholes(1));
  volume(shape, `"${step.outputs[0]}"`);
  if (x.kind === 'absent') return { ...x, shape };
  if (x.kind === 'computed')
    return sameShape(from, shape) ? x : fail(`it expands a computed value from [${from}] to [${shape}]`);
  return step.fold(x.element, shape, () => {
    const out = allocate(x.element, volume(shape));
    let n = 0;
    for (const at of sources(from, shape)) out[n++] = x.value.data[at]!;
    return out;
  });
};
