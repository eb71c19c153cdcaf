/** Optimisers against their papers' formulas worked out by hand, and schedules at the points that define them. */
import { describe, expect, test } from 'vitest';
import { rateFactor, zerosAt } from '../schedule.ts';
import { adamW } from './adamw.ts';
import type { Optimiser } from './optimiser.ts';
import { sgd } from './sgd.ts';

function twoSteps(optimiser: Optimiser, name: string): number[] {
  const parameters = new Map([[name, Float32Array.of(1)]]);
  const gradients = new Map([[name, Float32Array.of(0.5)]]);
  const moments = optimiser.moments(parameters);
  return [1, 2].map((step) => {
    optimiser.update(parameters, gradients, moments, { learningRate: 0.1, step });
    return parameters.get(name)![0]!;
  });
}
const close = (got: readonly number[], wanted: readonly number[]) =>
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 6);
  });

describe('sgd', () => {
  const plain = { momentum: 0, nesterov: false, weightDecay: 0 };
  test('plain', () => close(twoSteps(sgd(plain), 'a/weight'), [0.95, 0.9]));
  test('momentum: v = 0.5, then 0.9 * 0.5 + 0.5', () =>
    close(twoSteps(sgd({ ...plain, momentum: 0.9 }), 'a/weight'), [0.95, 0.95 - 0.095]));
  test('Nesterov looks ahead: 0.5 + 0.9 * 0.5, then 0.5 + 0.9 * 0.95', () =>
    close(twoSteps(sgd({ ...plain, momentum: 0.9, nesterov: true }), 'a/weight'), [
      1 - 0.095,
      1 - 0.095 - 0.1355,
    ]));
  test('decay pulls on weights: 0.5 + 0.1 * 1', () =>
    close(twoSteps(sgd({ ...plain, weightDecay: 0.1 }), 'a/weight'), [0.94, 0.94 - 0.1 * (0.5 + 0.094)]));
  test('and not on biases', () =>
    close(twoSteps(sgd({ ...plain, weightDecay: 0.1 }), 'a/bias'), [0.95, 0.9]));
});

describe('adamW', () => {
  test('with a steady gradient each step is the learning rate', () =>
    close(twoSteps(adamW({ weightDecay: 0 }), 'a/weight'), [0.9, 0.8]));
  test('decay stands beside: 0.99 * 1 - 0.1', () =>
    close(twoSteps(adamW({ weightDecay: 0.1 }), 'a/weight'), [0.89, 0.99 * 0.89 - 0.1]));
});

test('statistics of batch norms are no parameters', () => {
  const parameters = new Map([
    ['n/mean', new Float32Array(2)],
    ['n/gamma', new Float32Array(2)],
  ]);
  expect([...sgd({ momentum: 0.9, nesterov: true, weightDecay: 0 }).moments(parameters).keys()]).toEqual([
    'velocity/n/gamma',
  ]);
});

describe('schedules', () => {
  test('cosine: all, half, nothing', () =>
    close(
      [0, 5, 10].map((epoch) => rateFactor({ kind: 'cosine' }, epoch, 10)),
      [1, 0.5, 0],
    ));
  test('steps', () =>
    close(
      [0, 4.9, 5, 8].map((epoch) => rateFactor({ kind: 'step', at: [5, 8], factor: 0.1 }, epoch, 10)),
      [1, 1, 0.1, 0.01],
    ));
  test('a warm-up rises to the whole rate', () => {
    const rates = [0, 0.5, 1, 2].map((epoch) => rateFactor({ kind: 'constant', warmUpEpochs: 1 }, epoch, 10));
    close(rates, [0.01, 0.51, 1, 1]);
  });
  test('zeros rise fast, then slowly, and stay', () =>
    close(
      [0, 1, 2, 4, 9].map((epoch) => zerosAt(0.5, epoch, 4)),
      [0, 0.5 * (1 - 0.75 ** 3), 0.4375, 0.5, 0.5],
    ));
});
