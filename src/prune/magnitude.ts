/**
 * Unstructured magnitude pruning: the smallest weights of a layer become zero, wherever they are.
 * The most accurate rule at a share of zeros, and the one that leaves every kernel with another count.
 * Han et al., "Learning both weights and connections", NIPS 2015 (there per layer, by a threshold).
 */
import { keepLargest } from './largest.ts';
import { kept, type Pruner } from './pruner.ts';

export const magnitude: Pruner = {
  kind: 'magnitude',
  summary: 'the smallest weights of a layer become zero, wherever they are',

  drop(weight, target, _conv, { zeros }) {
    const { length } = weight;
    keepLargest(weight, target, { start: 0, step: 1, count: length }, kept(length, zeros));
  },

  audit(weight, _conv, { zeros }, see) {
    let nonZeros = 0;
    for (let i = 0; i < weight.length; i++) nonZeros += Number(weight[i] !== 0);
    see(nonZeros, kept(weight.length, zeros));
  },
};
