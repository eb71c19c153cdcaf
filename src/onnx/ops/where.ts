/** Where: chooses between two constants, as exporters do in shape arithmetic. */

import { volume } from '../../tensor/shape.ts';
import { broadcastShape, sources } from '../broadcast.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';

export const where: Operator = (step) => {
  const [condition, yes, no] = [step.known(0), step.known(1), step.known(2)];
  const shape = broadcastShape(condition.value.shape, broadcastShape(yes.value.shape, no.value.shape));
  return step.fold(yes.element, shape, () => {
    const out = allocate(yes.element, volume(shape));
    const from = [condition, yes, no].map(({ value }) => sources(value.shape, shape));
    for (let i = 0; i < out.length; i++) {
      const [c, y, n] = from.map((source) => source.next().value as number);
      out[i] = condition.value.data[c!] ? yes.value.data[y!]! : no.value.data[n!]!;
    }
    return out;
  });
};
