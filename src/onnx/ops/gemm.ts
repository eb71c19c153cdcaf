/** Gemm: alpha * A' * B' + beta * C with a constant B is a fully connected layer. */
import { fail } from '../../errors.ts';
import { type Shape, volume } from '../../tensor/shape.ts';
import { fullyConnected, transposed } from '../fully-connected.ts';
import { optionalParameter, type Parameter, parameter } from '../parameter.ts';
import type { Operator } from '../step.ts';
import { reshaped } from './reshape.ts';

export const gemm: Operator = (step) => {
  const { attributes: a } = step;
  const x = step.computed(0);
  const b = parameter(step, 1);
  const rows = a.int('transA', 0) === 1 ? turned(step.shapeOf(x)) : step.shapeOf(x);
  const one = rows === step.shapeOf(x) ? x : step.asComputed(reshaped(step, x, rows, 'turned'));
  const weight = scaled(a.int('transB', 0) === 1 ? b : transposed(b), a.float('alpha', 1));
  const c = optionalParameter(step, 2);
  const beta = a.float('beta', 1);
  return fullyConnected(step, { x: one, weight, bias: c && scaled(asBias(c, weight.shape[0]!), beta) });
};

/** A row of one image read as a column: the transpose of [C, 1]. */
const turned = (shape: Shape): Shape =>
  shape.length === 2 && shape[1] === 1
    ? [1, shape[0]!]
    : fail(`transA over [${shape}]: the batch would not come first`);

function scaled(p: Parameter, factor: number): Parameter {
  if (factor === 1) return p;
  const numbers = p.numbers?.map((n) => n * factor);
  return { ...p, numbers, codes: p.codes && { ...p.codes, scale: p.codes.scale.map((s) => s * factor) } };
}

/** C broadcast to [1, K]: one number, or one an output. */
function asBias(c: Parameter, K: number): Parameter {
  const wide = c.shape.at(-1) ?? 1;
  if (volume(c.shape) !== wide || (wide !== 1 && wide !== K))
    fail(`C "${c.from}" has shape [${c.shape}]: expected one number, or one for each of ${K} outputs`);
  if (wide === K) return { ...c, shape: [K] };
  return { ...c, shape: [K], numbers: c.numbers && new Float32Array(K).fill(c.numbers[0]!) };
}
