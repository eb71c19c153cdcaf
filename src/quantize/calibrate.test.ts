import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomInputs, randomModel } from '../../test/fixtures/random-model.ts';
import { evaluate } from '../infer/evaluate.ts';
import { buildModel } from '../model/build.ts';
import type { ValueFormat } from '../model/quantized.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { seeded } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CalibrationOptions, calibrate } from './calibrate.ts';
import { sharedScales } from './shared-scales.ts';

const reach = ({ scale, type }: ValueFormat): number => scale * (type === 'uint8' ? 255 : 127);

test('by maximum, nothing that was seen is cut off, groups agree, and uint8 is for what is never negative', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const model = randomModel(seed);
      const inputs = randomInputs(model, seeded(seed, 'input'));
      const formats = calibrate(model, [inputs], { method: 'max' });
      const { groupOf, measured } = sharedScales(model);
      for (const [value, group] of groupOf) expect(formats.get(value)).toEqual(formats.get(group));
      const seen = new Map<string, Tensor>();
      evaluate(model, inputs, { watch: (value, tensor) => seen.set(value, tensor) });
      for (const value of measured) {
        const format = formats.get(value)!;
        const { data } = seen.get(value)!;
        const [low, high] = format.type === 'uint8' ? [0, 255] : [-128, 127];
        for (const x of data) {
          expect(x / format.scale).toBeGreaterThanOrEqual(low * 1.000001);
          expect(x / format.scale).toBeLessThanOrEqual(high * 1.000001);
        }
      }
    }),
  ));

const one: ConvShape = {
  C: 1,
  H: 1,
  W: 1,
  K: 1,
  R: 1,
  S: 1,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};

/** x -> sum = x + 0 -> conv by 1 -> y: the sum lies between input and result, as most values do. */
function formatsOf(values: readonly number[], options: CalibrationOptions): ReadonlyMap<string, ValueFormat> {
  const shape = [1, 1, 1, values.length];
  const b = buildModel('m', [{ name: 'x', shape }]);
  b.add({
    op: 'constant',
    name: 'zero',
    inputs: [],
    value: { shape, data: new Float32Array(values.length) },
  });
  b.add({ op: 'add', name: 'sum', inputs: ['x', 'zero'] });
  const weight = { shape: [1, 1, 1, 1], data: Float32Array.of(1) };
  b.add({ op: 'conv', name: 'y', inputs: ['sum'], conv: { ...one, W: values.length }, weight });
  const x: Tensor = { shape, data: Float32Array.from(values) };
  return calibrate(b.finish(['y'], []), [new Map([['x', x]])], options);
}

test('pixels keep their grid: -1 to 127/128 is int8 in steps of 1/128, 0 to 255/256 is uint8 in steps of 1/256', () => {
  const pixels = (zero: number, scale: number) => Array.from({ length: 256 }, (_, i) => (i - zero) * scale);
  const x = (values: number[]) => formatsOf(values, { method: 'percentile', percentile: 50 }).get('x');
  expect(x(pixels(128, 1 / 128))).toEqual({ type: 'int8', scale: 1 / 128 });
  expect(x(pixels(0, 1 / 256))).toEqual({ type: 'uint8', scale: 1 / 256 });
});

test('results have headroom, by whatever method', () => {
  const formats = formatsOf([1, 255], { method: 'percentile', percentile: 50 });
  expect(formats.get('y')).toEqual({ type: 'uint8', scale: 1.25 });
});

const random = seeded(7);
const bellWithOutlier = [...Array.from({ length: 5000 }, () => Math.abs(random.normal())), 40];

/** Sum of squared differences after a round trip through bytes. */
function squaredError(values: readonly number[], { scale, type }: ValueFormat): number {
  const most = type === 'uint8' ? 255 : 127;
  return values.reduce(
    (sum, x) => sum + (x - Math.max(-most, Math.min(most, Math.round(x / scale))) * scale) ** 2,
    0,
  );
}

test('percentile leaves an outlier outside', () => {
  expect(reach(formatsOf(bellWithOutlier, { method: 'max' }).get('sum')!)).toBeCloseTo(40, 4);
  const sorted = bellWithOutlier.toSorted((a, b) => a - b);
  const sum = formatsOf(bellWithOutlier, { method: 'percentile', percentile: 99 }).get('sum')!;
  expect(reach(sum)).toBeCloseTo(sorted[Math.ceil(sorted.length * 0.99) - 1]!, 1);
});

test('mse makes no larger error than the maximum, and a smaller one where there is an outlier', () => {
  const error = (values: readonly number[], method: 'max' | 'mse'): number =>
    squaredError(values, formatsOf(values, { method }).get('sum')!);
  // The outlier itself weighs as much as the other 5000 together: both ends of the trade are in play.
  const four = [...bellWithOutlier.slice(0, -1), 8];
  expect(error(four, 'mse')).toBeLessThan(error(four, 'max'));
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 100 }), (values) => {
      // 1 %: errors are measured at the middle of a histogram's bin.
      expect(error(values, 'mse')).toBeLessThanOrEqual(error(values, 'max') * 1.01 + 1e-9);
    }),
    { numRuns: 20 },
  );
});

test('a value that is always zero gets a scale, and probabilities need no images', () => {
  expect(formatsOf([0, 0], { method: 'mse' }).get('sum')).toEqual({ scale: 1, type: 'uint8' });
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  b.add({ op: 'softmax', name: 'y', inputs: ['x'], axis: 1 });
  const given = new Map<string, ValueFormat>([['x', { scale: 0.5, type: 'int8' }]]);
  const formats = calibrate(b.finish(['y'], []), [], { method: 'max', given });
  expect(formats).toEqual(new Map([...given, ['y', { scale: Math.fround(1 / 255), type: 'uint8' }]]));
});

test('formats that are given win, and reach the rest of their group', () => {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  b.add({ op: 'reshape', name: 'y', inputs: ['x'], shape: [2, 1] });
  b.add({ op: 'concat', name: 'z', inputs: ['y', 'y'], axis: 0 });
  const model = b.finish(['z'], []);
  const half = { scale: 0.5, type: 'uint8' } as const;
  const alone = calibrate(model, [], { method: 'max', given: new Map([['x', half]]) });
  expect([...alone.values()]).toEqual([half, half, half]);
  const wide = { scale: 0.25, type: 'int8' } as const;
  const both = calibrate(model, [], {
    method: 'max',
    given: new Map<string, ValueFormat>([
      ['x', half],
      ['z', wide],
    ]),
  });
  expect(both.get('z')).toEqual(wide);
  // As wide as the wider of the two, signed because one is.
  expect(both.get('y')).toEqual({ scale: Math.fround(127.5 / 127), type: 'int8' });
});

test('what cannot be calibrated is said', () => {
  const model = randomModel(1);
  expect(() => calibrate(model, [], { method: 'max' })).toThrow('no range is known for value "x"');
  expect(() => calibrate(model, [], { method: 'percentile', percentile: 0 })).toThrow(
    'a percentile of 0: expected more than 0 and at most 100',
  );
});
