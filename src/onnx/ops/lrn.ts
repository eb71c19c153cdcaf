/** LRN: local response normalisation across channels. */
import { fail } from '../../errors.ts';
import type { Operator } from '../step.ts';

export const lrn: Operator = (step) => {
  const { attributes: a } = step;
  const x = step.computed(0);
  const size = a.int('size', 0);
  if (size < 1 || size > 4096) fail(`attribute "size" is ${size}: expected a whole number from 1 up`);
  if (step.shapeOf(x).length !== 4) fail(`its ifmap has shape [${step.shapeOf(x)}]: expected [N, C, H, W]`);
  return step.layer({
    op: 'lrn',
    inputs: [x.name],
    size,
    alpha: a.float('alpha', 1e-4),
    beta: a.float('beta', 0.75),
    bias: a.float('bias', 1),
  });
};
