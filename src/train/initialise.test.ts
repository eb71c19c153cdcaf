/** Every zoo network that training is for starts with values neither fading nor exploding, and with norms that change nothing. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../infer/evaluate.ts';
import { isConv } from '../model/layer.ts';
import { findZoo } from '../model/zoo/index.ts';
import { seeded } from '../tensor/random.ts';
import { initialise } from './initialise.ts';
import { parametersOf, predict, withParameters } from './network.ts';

const imagesFor = (shape: readonly number[], count: number) => {
  const { normal } = seeded(2);
  const data = Float32Array.from({ length: count * shape.slice(1).reduce((n, d) => n * d, 1) }, () =>
    normal(),
  );
  return { shape: [count, ...shape.slice(1)], data };
};

describe.each(['lenet5', 'resnet20', 'vgg_small', 'mobilenet_small'])('%s', (name) => {
  const model = initialise(findZoo(name).build(), seeded(1));
  const port = model.inputs[0]!;
  test('scores are of order one', () => {
    const images = imagesFor(port.shape, 4);
    const { data } = predict(model, parametersOf(model), images);
    const deviation = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
    expect(deviation).toBeGreaterThan(0.05);
    expect(deviation).toBeLessThan(20);
  });
  test('inference here is what evaluate gives', () => {
    const image = imagesFor(port.shape, 1);
    const wanted = evaluate(model, new Map([[port.name, image]])).get(model.outputs[0]!)!.data;
    for (const norms of ['fixed', 'batch'] as const) {
      const got = predict(model, parametersOf(model, { norms }), image).data;
      got.forEach((v, i) => {
        expect(Math.abs(v - wanted[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(wanted[i]!)));
      });
    }
  });
  test('parameters out and in again change nothing', () => {
    const again = withParameters(model, parametersOf(model));
    again.layers.forEach((layer, i) => {
      if (!isConv(layer)) return;
      const before = (model.layers[i] as typeof layer).weight!.data;
      expect(layer.weight!.data.every((v, at) => v === before[at])).toBe(true);
    });
  });
  test('the same for a seed, another for another', () => {
    const [first, again, other] = [model, 1, 2].map((from) =>
      parametersOf(typeof from === 'number' ? initialise(findZoo(name).build(), seeded(from)) : from),
    );
    for (const [key, values] of first!) {
      expect(again!.get(key)!.every((v, i) => v === values[i])).toBe(true);
      if (key.endsWith('/weight')) expect(other!.get(key)!.some((v, i) => v !== values[i])).toBe(true);
    }
  });
});

test('deep networks get a batch norm behind each convolution, shallow ones none', () => {
  const count = (name: string) =>
    initialise(findZoo(name).build(), seeded(1)).layers.filter(({ op }) => op === 'affine').length;
  expect(['lenet5', 'vgg_small', 'resnet20', 'mobilenet_small'].map(count)).toEqual([0, 0, 19, 15]);
});

test('a topology alone has no parameters', () => {
  expect(() => parametersOf(findZoo('lenet5').build())).toThrow(
    'this layer has no weights, only its loop bounds are known',
  );
});
