/** BatchNormalization at inference: scale = gamma / sqrt(var + epsilon), shift = beta - mean * scale, in double. */
import { fail } from '../../errors.ts';
import { parameter } from '../parameter.ts';
import type { Operator } from '../step.ts';

export const batchNormalization: Operator = (step) => {
  const { attributes: a } = step;
  const x = step.computed(0);
  const C = step.shapeOf(x)[1] ?? fail('its ifmap has no channels');
  if (a.int('training_mode', 0) === 1 || [1, 2, 3, 4].some(step.uses))
    fail('it normalises by the batch', { hint: 'export the model for inference' });
  if (a.int('spatial', 1) !== 1) fail('spatial = 0 cannot be run');
  const parameters = [1, 2, 3, 4].map((input) => parameter(step, input));
  for (const { from, shape } of parameters)
    if (shape.length !== 1 || shape[0] !== C) fail(`"${from}" has shape [${shape}], the ifmap ${C} channels`);

  const scale = new Float32Array(C).fill(1);
  const shift = new Float32Array(C);
  const [gamma, beta, mean, variance] = parameters.map(({ numbers }) => numbers);
  if (gamma && beta && mean && variance) {
    const epsilon = a.float('epsilon', 1e-5);
    for (let c = 0; c < C; c++) {
      const factor = gamma[c]! / Math.sqrt(variance[c]! + epsilon);
      scale[c] = factor;
      shift[c] = beta[c]! - mean[c]! * factor;
      if (!Number.isFinite(scale[c]!) || !Number.isFinite(shift[c]!))
        fail(`the variance ${variance[c]} in "${parameters[3]!.from}" at channel ${c} gives no finite scale`);
    }
  } else step.note('batch normalisation of unknown numbers became the identity');
  return step.layer({ op: 'affine', inputs: [x.name], scale, shift });
};
