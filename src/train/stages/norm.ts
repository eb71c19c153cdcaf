/**
 * Scale and shift per channel, in two ways: fixed ('affine': y = scale x + shift), or batch norm (Ioffe and Szegedy,
 * ICML 2015), where each training batch is first brought to mean 0 and variance 1.
 */
import type { AffineLayer } from '../../model/layer.ts';
import type { Stage, StageContext, Value } from './stage.ts';

/** Added to a variance before its root is taken; PyTorch's. */
export const EPSILON = 1e-5;

export function affine({ scale: { length } }: AffineLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const { kernels } = arena;
  const inlet = inputs[0]!;
  const [scale, shift] = [parameter('scale', length), parameter('shift', length)];
  const { runOf, count, runs, stride } = channelsOf(inlet.value, { batch, length });
  const sums = gradientSums(context);
  return {
    forward() {
      const [factors, terms] = [arena.floats(scale.at, length), arena.floats(shift.at, length)];
      for (let c = 0; c < length; c++) {
        const [x, y] = [inlet.value.at + runOf(c), output.at + runOf(c)];
        kernels.blendF32(x, x, y, count, runs, stride, factors[c]!, 0, terms[c]!, 0);
      }
    },
    backward() {
      const factors = arena.floats(scale.at, length);
      const [dScale, dShift] = [arena.floats(scale.gradient, length), arena.floats(shift.gradient, length)];
      for (let c = 0; c < length; c++) {
        const [dy, x] = [output.gradient + runOf(c), inlet.value.at + runOf(c)];
        const [dot, sum] = sums(dy, x, count, runs, stride, 0);
        dScale[c] = dScale[c]! + dot;
        dShift[c] = dShift[c]! + sum;
        const to = inlet.backward;
        if (to) {
          const accumulate = Number(to.accumulate);
          kernels.blendF32(dy, x, to.at + runOf(c), count, runs, stride, factors[c]!, 0, 0, accumulate);
        }
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
  const { runOf, count, runs, stride } = channelsOf(value, { batch, length });
  const values = count * runs;
  const sums = gradientSums(context);
  const [means, inverses] = [new Float64Array(length), new Float64Array(length)];
  return {
    forward({ training, measure = training }) {
      const [measuredMean, measuredVariance] = [mean.measured, variance.measured].map((at) =>
        arena.floats(at, length),
      );
      const [usualMean, usualVariance] = [mean.at, variance.at].map((at) => arena.floats(at, length));
      const [factors, terms] = [arena.floats(gamma.at, length), arena.floats(beta.at, length)];
      for (let c = 0; c < length; c++) {
        const [x, y] = [value.at + runOf(c), output.at + runOf(c)];
        let [mu, sigma2] = [usualMean![c]!, usualVariance![c]!];
        if (measure) {
          const own = kernels.sumF32(x, count, runs, stride) / values;
          const squares = kernels.centredSquaresF32(x, count, runs, stride, own);
          if (training) [mu, sigma2] = [own, squares / values];
          measuredMean![c] = own;
          measuredVariance![c] = squares / Math.max(1, values - 1);
        }
        means[c] = mu;
        inverses[c] = 1 / Math.sqrt(sigma2 + EPSILON);
        const a = factors[c]! * inverses[c]!;
        kernels.blendF32(x, x, y, count, runs, stride, a, 0, terms[c]! - a * mu, 0);
      }
    },
    backward() {
      const to = inlet.backward;
      const factors = arena.floats(gamma.at, length);
      const [dGamma, dBeta] = [arena.floats(gamma.gradient, length), arena.floats(beta.gradient, length)];
      for (let c = 0; c < length; c++) {
        const [mu, inverse] = [means[c]!, inverses[c]!];
        const [dy, x] = [output.gradient + runOf(c), value.at + runOf(c)];
        const [dot, sum] = sums(dy, x, count, runs, stride, mu);
        dGamma[c] = dGamma[c]! + dot * inverse;
        dBeta[c] = dBeta[c]! + sum;
        if (!to) continue;
        // dx = gamma / sigma * (dy - mean(dy) - xhat * mean(dy * xhat)), xhat = (x - mu) / sigma
        const a = factors[c]! * inverse;
        const b = (-a * dot * inverse * inverse) / values;
        const shift = (-a * sum) / values - b * mu;
        kernels.blendF32(dy, x, to.at + runOf(c), count, runs, stride, a, b, shift, Number(to.accumulate));
      }
    },
  };
}

/** Where a channel lies: `runs` runs of `count` values, the first at byte offset `runOf(c)`. A scale of length 1 is for all. */
function channelsOf({ size, shape }: Value, { batch, length }: { batch: number; length: number }) {
  if (length === 1 && shape[1] !== 1)
    return { runOf: () => 0, count: batch * size, runs: 1, stride: batch * size };
  const count = size / length;
  return { runOf: (c: number) => c * count * 4, count, runs: batch, stride: size };
}

/** Over one channel: the sum of dy * (x - mean), and of dy. */
function gradientSums({ arena }: StageContext): (...args: number[]) => readonly [dot: number, sum: number] {
  arena.needScratch(16);
  return (...args) => {
    const to = arena.scratch();
    arena.kernels.gradientSumsF32(...args, to);
    const [dot, sum] = arena.doubles(to, 2);
    return [dot!, sum!];
  };
}
