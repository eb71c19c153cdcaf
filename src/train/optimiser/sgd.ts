/**
 * Stochastic gradient descent with momentum, Nesterov's form on request (Sutskever et al., ICML 2013, as PyTorch has it):
 *   g += decay * w;   v = momentum * v + g;   w -= rate * (nesterov ? g + momentum * v : v)
 */
import { decayOf, type Optimiser, zerosLike } from './optimiser.ts';

export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

export const sgd = ({ momentum, nesterov, weightDecay }: SgdOptions): Optimiser => ({
  moments: (parameters) => zerosLike(parameters, 'velocity'),
  update(parameters, gradients, moments, { learningRate }) {
    for (const [name, w] of parameters) {
      const [gradient, v] = [gradients.get(name), moments.get(`velocity/${name}`)];
      if (!gradient || !v) continue;
      const decay = decayOf(name, weightDecay);
      for (let i = 0; i < w.length; i++) {
        const g = gradient[i]! + decay * w[i]!;
        const velocity = momentum * v[i]! + g;
        v[i] = velocity;
        w[i] = w[i]! - learningRate * (nesterov ? g + momentum * velocity : velocity);
      }
    }
  },
});
