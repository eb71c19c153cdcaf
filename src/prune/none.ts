/** No rule: weights stay as they are. */
import type { Pruner } from './pruner.ts';

export const none: Pruner = {
  kind: 'none',
  summary: 'weights stay as they are',
  drop: () => {},
  audit: () => {},
};
