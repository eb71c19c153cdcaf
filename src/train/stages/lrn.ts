/**
 * Local response normalisation (infer/ops/lrn.ts), forward and backward. With d = bias + alpha / size * sum of x^2 over
 * the window of a channel, y = x d^-beta, so that
 *   dx[c] = dy[c] d[c]^-beta - 2 alpha beta / size * x[c] * sum of dy[j] x[j] d[j]^(-beta - 1) over the j that see c
 */
import type { LrnLayer } from '../../model/layer.ts';
import { volume } from '../../tensor/shape.ts';
import type { Stage, StageContext } from './stage.ts';

export function lrn(layer: LrnLayer, { arena, batch, inputs, output }: StageContext): Stage {
  const { size, alpha, beta, bias } = layer;
  const inlet = inputs[0]!;
  const { value } = inlet;
  const channels = value.shape[1] ?? 1;
  const plane = volume(value.shape.slice(2));
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const share = alpha / size;
  // For one image at a time.
  const divisors = new Float64Array(value.size);
  const pulls = new Float64Array(value.size);

  const divisorsOf = (x: Float32Array): void => {
    divisors.fill(bias);
    for (let c = 0; c < channels; c++)
      for (let j = Math.max(0, c - before); j <= Math.min(channels - 1, c + after); j++)
        for (let i = 0; i < plane; i++) {
          const seen = x[j * plane + i]!;
          divisors[c * plane + i] = divisors[c * plane + i]! + share * seen * seen;
        }
  };
  return {
    forward() {
      for (let n = 0; n < batch; n++) {
        const x = arena.floats(value.at + n * value.size * 4, value.size);
        const y = arena.floats(output.at + n * output.size * 4, value.size);
        divisorsOf(x);
        for (let i = 0; i < y.length; i++) y[i] = x[i]! * divisors[i]! ** -beta;
      }
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      for (let n = 0; n < batch; n++) {
        const x = arena.floats(value.at + n * value.size * 4, value.size);
        const dy = arena.floats(output.gradient + n * output.size * 4, value.size);
        const dx = arena.floats(to.at + n * value.size * 4, value.size);
        divisorsOf(x);
        for (let i = 0; i < x.length; i++) pulls[i] = dy[i]! * x[i]! * divisors[i]! ** (-beta - 1);
        for (let c = 0; c < channels; c++)
          for (let i = 0; i < plane; i++) {
            const at = c * plane + i;
            let pull = 0;
            for (let j = Math.max(0, c - after); j <= Math.min(channels - 1, c + before); j++)
              pull += pulls[j * plane + i]!;
            const own = dy[at]! * divisors[at]! ** -beta - 2 * share * beta * x[at]! * pull;
            dx[at] = (to.accumulate ? dx[at]! : 0) + own;
          }
      }
    },
  };
}
