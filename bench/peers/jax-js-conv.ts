/** jax-js with its own convolution. */
import { lax } from '@jax-js/jax';
import { jaxRunner } from './jax-js.ts';
import type { Problem } from './problem.ts';

export const runner = (problem: Problem) =>
  jaxRunner(problem, {
    name: 'jax-js, lax.conv',
    convolve: (x, w, b) => lax.conv(x, w, [1, 1], 'VALID').add(b.reshape([1, -1, 1, 1])),
  });
