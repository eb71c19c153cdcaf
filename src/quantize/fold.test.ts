import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomInputs, randomModel } from '../../test/fixtures/random-model.ts';
import { evaluate } from '../infer/evaluate.ts';
import { buildModel } from '../model/build.ts';
import { isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import { seeded } from '../tensor/random.ts';
import { fold } from './fold.ts';

test('a folded network computes the same', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const model = randomModel(seed);
      const folded = fold(model);
      const inputs = randomInputs(model, seeded(seed, 'input'));
      const [before, after] = [evaluate(model, inputs), evaluate(folded, inputs)];
      model.outputs.forEach((output, i) => {
        const a = before.get(output)!;
        const b = after.get(folded.outputs[i]!)!;
        expect(b.shape).toEqual(a.shape);
        const largest = a.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
        a.data.forEach((x, j) => {
          expect(Math.abs(x - b.data[j]!) / largest).toBeLessThan(1e-5);
        });
      });
    }),
    { numRuns: 300 },
  ));

const relu = { op: 'clamp', clamp: { low: 0, high: Number.POSITIVE_INFINITY } } as const;

function chain(
  ...tail: ((b: ReturnType<typeof buildModel>, input: string) => string)[]
): ReturnType<typeof buildModel> {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  let value = b.add({
    op: 'fc',
    name: 'fc',
    inputs: ['x'],
    conv: {
      C: 2,
      H: 1,
      W: 1,
      K: 2,
      R: 1,
      S: 1,
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    },
    weight: { shape: [2, 2, 1, 1], data: Float32Array.of(1, 2, 3, 4) },
    codes: { data: Int8Array.of(1, 2, 3, 4), scale: Float32Array.of(1, 1), zeroPoint: new Int32Array(2) },
  });
  for (const add of tail) value = add(b, value);
  return b;
}
const affine = (b: ReturnType<typeof buildModel>, input: string): string =>
  b.add({
    op: 'affine',
    name: 'bn',
    inputs: [input],
    scale: Float32Array.of(2, 0.5),
    shift: Float32Array.of(1, -1),
  });
const clamp = (b: ReturnType<typeof buildModel>, input: string): string =>
  b.add({ ...relu, name: 'relu', inputs: [input] });
const names = (model: Model): string[] => model.layers.map((layer) => layer.name);

describe('a conv takes in what follows it', () => {
  test('batch norm and ReLU, and keeps its own name for the model output', () => {
    const { layers, outputs } = fold(chain(affine, clamp).finish(['relu'], []));
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject({
      name: 'fc',
      weight: { data: Float32Array.of(2, 4, 1.5, 2) },
      bias: Float32Array.of(1, -1),
      clamp: { low: 0, high: Number.POSITIVE_INFINITY },
    });
    expect(layers[0]).not.toHaveProperty('codes');
    expect(outputs).toEqual(['fc']);
  });

  test('not where its own value is a model output as well', () =>
    expect(names(fold(chain(affine, clamp).finish(['relu', 'fc'], [])))).toEqual(['fc', 'bn', 'relu']));

  test('not where another layer reads its value', () => {
    const b = chain(clamp);
    b.add({ op: 'add', name: 'sum', inputs: ['relu', 'fc'] });
    expect(names(fold(b.finish(['sum'], [])))).toEqual(['fc', 'relu', 'sum']);
  });

  test('no batch norm behind its clamp', () =>
    expect(names(fold(chain(clamp, affine).finish(['bn'], [])))).toEqual(['fc', 'bn']));

  test('two clamps are one', () => {
    const second = (b: ReturnType<typeof buildModel>, input: string): string =>
      b.add({ op: 'clamp', name: 'clip', inputs: [input], clamp: { low: -5, high: 6 } });
    const [layer] = fold(chain(clamp, second).finish(['clip'], [])).layers;
    expect(layer && isConv(layer) && layer.clamp).toEqual({ low: 0, high: 6 });
  });

  test('a layer that changes nothing vanishes, and its reader folds', () => {
    const identity = (b: ReturnType<typeof buildModel>, input: string): string =>
      b.add({
        op: 'affine',
        name: 'id',
        inputs: [input],
        scale: Float32Array.of(1),
        shift: Float32Array.of(0),
      });
    const [layer, ...rest] = fold(chain(identity, clamp).finish(['relu'], [])).layers;
    expect(rest).toEqual([]);
    // An identity keeps the weights' codes: no number has changed.
    expect(layer).toHaveProperty('codes');
  });
});
