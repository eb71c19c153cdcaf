/** Clip: bounds are attributes before opset 11, inputs from there on; one left out does not bind. */
import { fail } from '../../errors.ts';
import { scalar } from '../parameter.ts';
import type { Operator, Step } from '../step.ts';

/** Exporters write the largest float for "no bound". */
const LARGEST = 3.4028234663852886e38;

export const clip: Operator = (step) => {
  const low = bound(step, 'min', 1, Number.NEGATIVE_INFINITY);
  const high = bound(step, 'max', 2, Number.POSITIVE_INFINITY);
  const clamp = { low: Math.min(low, high), high }; // min above max: everything is max
  return step.layer({ op: 'clamp', inputs: [step.computed(0).name], clamp });
};

function bound(step: Step, name: string, input: number, none: number): number {
  const given =
    step.opset < 11 ? step.attributes.float(name, none) : step.value(input) ? scalar(step, input) : none;
  if (Number.isNaN(given)) fail(`its ${name} is NaN`);
  return Math.abs(given) >= LARGEST ? Math.sign(given) * Number.POSITIVE_INFINITY : given;
}
