/** Cast: constants are converted; a computed value must keep its numbers, so only codes to float pass. */
import { fail } from '../../errors.ts';
import { allocate, isFloat, storageOf } from '../element.ts';
import type { Operator } from '../step.ts';

export const cast: Operator = (step) => {
  const x = step.needed(0);
  const { element } = storageOf(step.attributes.int('to', 0));
  if (x.kind === 'absent') return x;
  if (x.kind === 'known')
    return step.fold(element, x.value.shape, () => {
      const out = allocate(element, x.value.data.length);
      const convert =
        element === 'bool'
          ? (n: number) => Number(n !== 0)
          : isFloat(element)
            ? (n: number) => n
            : Math.trunc;
      for (let i = 0; i < out.length; i++) out[i] = convert(x.value.data[i]!);
      return out;
    });
  if (x.element !== element && !isFloat(element))
    fail(`it casts a computed value from ${x.element} to ${element}, which rounds`, {
      hint: 'quantise with QuantizeLinear instead',
    });
  return { ...x, element };
};
