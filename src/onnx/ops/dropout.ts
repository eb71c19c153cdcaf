/** Dropout: nothing at inference. */
import { fail } from '../../errors.ts';
import type { Operator } from '../step.ts';

export const dropout: Operator = (step) => {
  if (step.uses(1))
    fail('its mask is read: a model exported for training', { hint: 'export it for inference' });
  // training_mode, input 2 since opset 12, may be any constant of the graph.
  if (step.value(2) && step.known(2).value.data[0])
    fail('training_mode is on', { hint: 'export it for inference' });
  return step.needed(0);
};
