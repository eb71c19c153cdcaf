/**
 * Scale and shift per channel, in two ways: fixed ('affine': y = scale x + shift), or batch norm (Ioffe and Szegedy,
 * ICML 2015), where each training batch is first brought to mean 0 and variance 1.
 */
import type { AffineLayer } from '../../model/layer.ts';
import type { Kernels } from '../../tensor/kernels/module.ts';
import type { Inlet, Stage, StageContext, Value } from './stage.ts';

/** Added to a variance before its root is taken; PyTorch's. */
export const EPSILON = 1e-5;

export function affine({ scale: { length } }: AffineLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const inlet = inputs[0]!;
  const [scale, shift] = [parameter('scale', length), parameter('shift', length)];
  const over = channelsOf(inlet.value, { batch, length });
  return {
    forward() {
      const [factors, terms] = [arena.floats(scale.at, length), arena.floats(shift.at, length)];
      for (let c = 0; c < length; c++) {
        const [a, b] = [factors[c]!, terms[c]!];
        over(c, (offset, count) => {
          const x = inlet.value.at + offset;
          arena.kernels.blendF32(x, x, output.at + offset, count, a, 0, b, 0);
        });
      }
    },
    backward() {
      const factors = arena.floats(scale.at, length);
      const [dScale, dShift] = [arena.floats(scale.gradient, length), arena.floats(shift.gradient, length)];
      for (let c = 0; c < length; c++) {
        const { dot, sum } = sums(arena.kernels, { inlet, output, mean: 0 }, (visit) => over(c, visit));
        dScale[c] = dScale[c]! + dot;
        dShift[c] = dShift[c]! + sum;
        const a = factors[c]!;
        blendBack(arena.kernels, { inlet, output }, { a, b: 0, c: 0 }, (visit) => over(c, visit));
      }
    },
  };
}

export function batchNorm({ scale: { length } }: AffineLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter, statistic } = context;
  const { kernels } = arena;
  const inlet = inputs[0]!;
  const { value } = inlet;
  const [gamma, beta] = [parameter('gamma', length), parameter('beta', length)];
  const [mean, variance] = [statistic('mean', length), statistic('variance', length)];
  const over = channelsOf(value, { batch, length });
  const count = (batch * value.size) / length;
  const [means, inverses] = [new Float64Array(length), new Float64Array(length)];
  return {
    forward({ training, measure = training }) {
      const [measuredMean, measuredVariance] = [mean.measured, variance.measured].map((at) =>
        arena.floats(at, length),
      );
      const [usualMean, usualVariance] = [mean.at, variance.at].map((at) => arena.floats(at, length));
      const [factors, terms] = [arena.floats(gamma.at, length), arena.floats(beta.at, length)];
      for (let c = 0; c < length; c++) {
        let [mu, sigma2] = [usualMean![c]!, usualVariance![c]!];
        if (measure) {
          let [sum, squares] = [0, 0];
          over(c, (offset, n) => {
            sum += kernels.sumF32(value.at + offset, n);
          });
          const own = sum / count;
          over(c, (offset, n) => {
            squares += kernels.centredDotF32(0, value.at + offset, n, own);
          });
          if (training) [mu, sigma2] = [own, squares / count];
          measuredMean![c] = own;
          measuredVariance![c] = squares / Math.max(1, count - 1);
        }
        means[c] = mu;
        inverses[c] = 1 / Math.sqrt(sigma2 + EPSILON);
        const a = factors[c]! * inverses[c]!;
        const b = terms[c]! - a * mu;
        over(c, (offset, n) => {
          const x = value.at + offset;
          kernels.blendF32(x, x, output.at + offset, n, a, 0, b, 0);
        });
      }
    },
    backward() {
      const factors = arena.floats(gamma.at, length);
      const [dGamma, dBeta] = [arena.floats(gamma.gradient, length), arena.floats(beta.gradient, length)];
      for (let c = 0; c < length; c++) {
        const [mu, inverse] = [means[c]!, inverses[c]!];
        const { dot, sum } = sums(kernels, { inlet, output, mean: mu }, (visit) => over(c, visit));
        dGamma[c] = dGamma[c]! + dot * inverse;
        dBeta[c] = dBeta[c]! + sum;
        // dx = gamma / sigma * (dy - mean(dy) - xhat * mean(dy * xhat)), xhat = (x - mu) / sigma
        const a = factors[c]! * inverse;
        const b = (-a * dot * inverse * inverse) / count;
        blendBack(kernels, { inlet, output }, { a, b, c: (-a * sum) / count - b * mu }, (visit) =>
          over(c, visit),
        );
      }
    },
  };
}

type Visit = (offset: number, count: number) => void;

/** Visits the runs of memory that hold one channel: byte offset and length. A scale of length 1 is for all. */
function channelsOf({ size, shape }: Value, { batch, length }: { batch: number; length: number }) {
  if (length === 1 && shape[1] !== 1) return (_: number, visit: Visit) => visit(0, batch * size);
  const plane = size / length;
  return (c: number, visit: Visit) => {
    for (let n = 0; n < batch; n++) visit((n * size + c * plane) * 4, plane);
  };
}

interface Ends {
  readonly inlet: Inlet;
  readonly output: Value;
}

/** Over one channel: the sum of dy * (x - mean), and of dy. */
function sums(
  kernels: Kernels,
  { inlet, output, mean }: Ends & { readonly mean: number },
  over: (visit: Visit) => void,
): { dot: number; sum: number } {
  let [dot, sum] = [0, 0];
  over((offset, n) => {
    dot += kernels.centredDotF32(output.gradient + offset, inlet.value.at + offset, n, mean);
    sum += kernels.sumF32(output.gradient + offset, n);
  });
  return { dot, sum };
}

/** dx = or += a dy + b x + c. */
function blendBack(
  kernels: Kernels,
  { inlet, output }: Ends,
  { a, b, c }: { a: number; b: number; c: number },
  over: (visit: Visit) => void,
): void {
  const to = inlet.backward;
  if (!to) return;
  over((offset, n) => {
    const [dy, x] = [output.gradient + offset, inlet.value.at + offset];
    kernels.blendF32(dy, x, to.at + offset, n, a, b, c, Number(to.accumulate));
  });
}
