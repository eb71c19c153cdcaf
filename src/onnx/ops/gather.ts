/** Gather: picks constants; of a computed value, one slice along an axis. */
import { fail } from '../../errors.ts';
import { volume } from '../../tensor/shape.ts';
import { axisOf } from '../axes.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';
import { sliced } from './slice.ts';

export const gather: Operator = (step) => {
  const x = step.needed(0);
  const from = step.shapeOf(x);
  const axis = axisOf(step.attributes.int('axis', 0), from.length);
  const size = from[axis]!;
  const indices = step.known(1).value;
  const at = (i: number): number => {
    const wanted = indices.data[i]!;
    const index = wanted < 0 ? wanted + size : wanted;
    return index >= 0 && index < size && Number.isInteger(index)
      ? index
      : fail(`index ${wanted} is outside the ${size} entries of axis ${axis}`);
  };
  const shape = [...from.slice(0, axis), ...indices.shape, ...from.slice(axis + 1)];
  if (x.kind === 'absent') return { ...x, shape };
  if (x.kind === 'computed') {
    if (indices.data.length !== 1)
      fail('it gathers several entries of a computed value', { hint: 'use Slice instead' });
    const one = sliced(
      step,
      x,
      from.map((d, i) =>
        i === axis ? { start: at(0), step: 1, count: 1 } : { start: 0, step: 1, count: d },
      ),
      'entry',
    );
    return reshaped(step, one, shape);
  }
  return step.fold(x.element, shape, () => {
    const out = allocate(x.element, volume(shape));
    const [before, after] = [volume(from.slice(0, axis)), volume(from.slice(axis + 1))];
    let n = 0;
    for (let b = 0; b < before; b++)
      for (let i = 0; i < indices.data.length; i++)
        for (let a = 0, source = (b * size + at(i)) * after; a < after; a++)
          out[n++] = x.value.data[source + a]!;
    return out;
  });
};
