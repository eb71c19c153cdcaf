/** A network run end to end, and what happens to one that cannot be. */
import { describe, expect, test } from 'vitest';
import { buildModel } from '../model/build.ts';
import type { ConvLayer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { evaluate } from './evaluate.ts';

const conv: ConvShape = {
  C: 1,
  H: 3,
  W: 3,
  K: 2,
  R: 2,
  S: 2,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};
const fc: ConvShape = { ...conv, C: 8, H: 1, W: 1, K: 1, R: 1, S: 1 };

/** conv + ReLU -> (itself + itself) -> flatten -> fully connected. */
function small({ weight, fcWeight }: { weight: Float32Array | undefined; fcWeight?: number[] }): Model {
  const build = buildModel('small', [{ name: 'x', shape: [1, 1, 3, 3] }]);
  const clamp = { low: 0, high: Number.POSITIVE_INFINITY };
  const bias = Float32Array.of(0, 1);
  const tensor: ConvLayer['weight'] = weight && { shape: [2, 1, 2, 2], data: weight };
  build.add({ op: 'conv', name: 'c', inputs: ['x'], conv, weight: tensor, bias, clamp });
  build.add({ op: 'add', name: 'a', inputs: ['c', 'c'] });
  build.add({ op: 'reshape', name: 'r', inputs: ['a'], shape: [1, 8] });
  const data = Float32Array.from(fcWeight ?? [1, 1, 1, 1, 1, 1, 1, 1]);
  build.add({ op: 'fc', name: 'f', inputs: ['r'], conv: fc, weight: { shape: [1, 8, 1, 1], data } });
  return build.finish(['f'], []);
}
const weight = Float32Array.of(1, 0, 0, 1, -1, 0, 0, 0);
const ifmap = { shape: [1, 1, 3, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) };
const input = new Map([['x', ifmap]]);

test('a small network, by hand', () => {
  const seen = new Map<string, number[]>();
  const out = evaluate(small({ weight }), input, { watch: (name, { data }) => seen.set(name, [...data]) });
  // Filter 0 adds the diagonal; filter 1 gives 1 - x, which ReLU cuts to 0.
  expect(seen.get('c')).toEqual([6, 8, 12, 14, 0, 0, 0, 0]);
  expect(seen.get('a')).toEqual([12, 16, 24, 28, 0, 0, 0, 0]);
  expect([...seen.keys()]).toEqual(['x', 'c', 'a', 'r', 'f']);
  expect([...out]).toEqual([['f', { shape: [1, 1], data: Float32Array.of(80) }]]);
});

test('two images in a batch are run one by one', () => {
  const build = buildModel('batch', [{ name: 'x', shape: [2, 1, 3, 3] }]);
  build.add({ op: 'conv', name: 'c', inputs: ['x'], conv, weight: { shape: [2, 1, 2, 2], data: weight } });
  const data = Float32Array.of(...ifmap.data, ...ifmap.data.map((n) => 10 * n));
  const out = evaluate(build.finish(['c'], []), new Map([['x', { shape: [2, 1, 3, 3], data }]]));
  expect([...out.get('c')!.data]).toEqual([
    6, 8, 12, 14, -1, -2, -4, -5, 60, 80, 120, 140, -10, -20, -40, -50,
  ]);
});

test('an output that is also read, a model input as output, and a value nobody reads', () => {
  const build = buildModel('odd', [{ name: 'x', shape: [1, 2] }]);
  build.add({ op: 'sigmoid', name: 's', inputs: ['x'] });
  build.add({ op: 'leakyRelu', name: 'unread', inputs: ['s'], alpha: 0.1 });
  build.add({ op: 'add', name: 'sum', inputs: ['s', 'x'] });
  const out = evaluate(
    build.finish(['s', 'x', 'sum'], []),
    new Map([['x', { shape: [1, 2], data: Float32Array.of(0, 0) }]]),
  );
  expect([...out].map(([name, { data }]) => [name, ...data])).toEqual([
    ['s', 0.5, 0.5],
    ['x', 0, 0],
    ['sum', 0.5, 0.5],
  ]);
});

describe('what cannot be run says why and where', () => {
  const failure = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('no weights', () =>
    expect(failure(() => evaluate(small({ weight: undefined }), input))).toMatchObject({
      name: 'UserError',
      message: 'this layer has no weights, only its loop bounds are known',
      at: 'layer "c"',
    }));

  test('weights that are not numbers', () => {
    const broken = Float32Array.from(weight);
    broken[2] = Number.NaN;
    expect(failure(() => evaluate(small({ weight: broken }), input))).toMatchObject({
      message: 'its weights hold a value that is not a finite number',
      at: 'layer "c"',
    });
  });

  test('an infinity that the clamp would hide', () => {
    const broken = Float32Array.from(weight);
    broken[4] = Number.NEGATIVE_INFINITY;
    expect(failure(() => evaluate(small({ weight: broken }), input))).toMatchObject({ at: 'layer "c"' });
  });

  test('a result beyond float32', () => {
    const model = small({ weight, fcWeight: Array(8).fill(3e38) });
    expect(failure(() => evaluate(model, input))).toMatchObject({
      message: 'its result holds a value that is not a finite number',
      at: 'layer "f"',
    });
  });

  test('a missing input, one of the wrong shape, one that is not a number', () => {
    const model = small({ weight });
    expect(() => evaluate(model, new Map())).toThrow('the model\'s input "x" is missing');
    const wrong = { shape: [1, 9], data: ifmap.data };
    expect(() => evaluate(model, new Map([['x', wrong]]))).toThrow('"x" has shape [1,9], expected [1,1,3,3]');
    const nan = { ...ifmap, data: ifmap.data.map(() => Number.NaN) };
    expect(() => evaluate(model, new Map([['x', nan]]))).toThrow(
      '"x" holds a value that is not a finite number',
    );
  });

  test('a layer that reads what is not there yet', () => {
    const model = small({ weight });
    const shuffled = { ...model, layers: model.layers.toReversed() };
    expect(failure(() => evaluate(shuffled, input))).toMatchObject({
      message: 'it reads "r", which no input and no layer before it gives',
      at: 'layer "f"',
    });
  });
});
