/** AdamW (Loshchilov and Hutter, ICLR 2019, algorithm 2): Adam with weight decay beside the gradient, not inside it. */
import { decayOf, type Optimiser, zerosLike } from './optimiser.ts';

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay: number;
}

export const adamW = ({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay,
}: AdamWOptions): Optimiser => ({
  moments: (parameters) => zerosLike(parameters, 'first', 'second'),
  update(parameters, gradients, moments, { learningRate, step }) {
    const [bias1, bias2] = [1 - beta1 ** step, 1 - beta2 ** step];
    for (const [name, w] of parameters) {
      const gradient = gradients.get(name);
      const [m, v] = [moments.get(`first/${name}`), moments.get(`second/${name}`)];
      if (!gradient || !m || !v) continue;
      const keep = 1 - learningRate * decayOf(name, weightDecay);
      for (let i = 0; i < w.length; i++) {
        const g = gradient[i]!;
        const first = beta1 * m[i]! + (1 - beta1) * g;
        const second = beta2 * v[i]! + (1 - beta2) * g * g;
        m[i] = first;
        v[i] = second;
        w[i] = keep * w[i]! - (learningRate * (first / bias1)) / (Math.sqrt(second / bias2) + epsilon);
      }
    }
  },
});
