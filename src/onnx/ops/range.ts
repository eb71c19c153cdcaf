/** Range: from start up to limit by delta, all constants. */
import { fail } from '../../errors.ts';
import { volume } from '../../tensor/shape.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';

export const range: Operator = (step) => {
  const [start, limit, delta] = [0, 1, 2].map(
    (i) => step.known(i).value.data[0] ?? fail(`input ${i} is empty`),
  );
  const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
  if (!Number.isSafeInteger(count)) fail(`a range from ${start} to ${limit} by ${delta} has no end`);
  volume([count], 'range');
  const { element } = step.known(0);
  return step.fold(element, [count], () => {
    const out = allocate(element, count);
    for (let i = 0; i < count; i++) out[i] = start! + i * delta!;
    return out;
  });
};
