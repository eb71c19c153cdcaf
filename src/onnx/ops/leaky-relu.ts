/** LeakyRelu: alpha * x below 0. */
import type { Operator } from '../step.ts';

export const leakyRelu: Operator = (step) =>
  step.layer({
    op: 'leakyRelu',
    inputs: [step.computed(0).name],
    alpha: step.attributes.float('alpha', 0.01),
  });
