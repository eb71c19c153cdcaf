/** jax-js with convolution as a matrix product over shifted views, which is the faster way for it. */
import { numpy as np } from '@jax-js/jax';
import { jaxRunner } from './jax-js.ts';
import type { Problem } from './problem.ts';

export const runner = (problem: Problem) =>
  jaxRunner(problem, {
    name: 'jax-js, im2col and matmul',
    convolve(x, w, b) {
      const [N, C, H, W] = x.shape as [number, number, number, number];
      const [P, Q, K] = [H - 2, W - 2, w.shape[0]!];
      const views = Array.from({ length: 9 }, (_, tap) => {
        const [r, s] = [Math.floor(tap / 3), tap % 3];
        return x.ref.slice([], [], [r, r + P], [s, s + Q]);
      });
      x.dispose();
      const columns = np.concatenate(views, 1).reshape([N, 9 * C, P * Q]); // [N, tap, C, P, Q]
      const turned = w.reshape([K, C, 9]).transpose([0, 2, 1]);
      // Not in NumPy's order: the products of [K, D] and [N, D, PQ] come as [K, N, PQ].
      const products = np.matmul(turned.reshape([K, 9 * C]), columns).add(b.reshape([K, 1, 1]));
      return products.transpose([1, 0, 2]).reshape([N, K, P, Q]);
    },
  });
