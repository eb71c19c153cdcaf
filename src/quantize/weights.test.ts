import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConvLayer } from '../model/layer.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { int8Weights } from './weights.ts';

function layer(K: number, weights: readonly number[], rest: Partial<ConvLayer> = {}): ConvLayer {
  const C = weights.length / K;
  const conv: ConvShape = {
    C,
    H: 1,
    W: 1,
    K,
    R: 1,
    S: 1,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  };
  const weight = { shape: [K, C, 1, 1], data: Float32Array.from(weights) };
  return { op: 'conv', name: 'c', inputs: ['x'], shape: [1, K, 1, 1], conv, weight, ...rest };
}

test('every weight is within half a step, the largest is 127, and zero is zero', () =>
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.float({ min: -10, max: 10, noNaN: true })), { minLength: 1 }),
      (weights) => {
        const { weight, scale } = int8Weights(layer(1, weights), 1);
        const largest = Math.max(...weights.map(Math.abs));
        weights.forEach((w, i) => {
          if (w === 0) expect(weight[i]).toBe(0);
          expect(Math.abs(weight[i]! * scale[0]! - w)).toBeLessThanOrEqual(scale[0]! * 0.5001);
        });
        if (largest > 1e-30) expect(Math.max(...weight.map(Math.abs))).toBe(127);
      },
    ),
  ));

test('one scale a filter; a filter of zeros has scale 1', () =>
  expect([...int8Weights(layer(3, [127, 1, 0, 0, 254, 2]), 1).scale]).toEqual([1, 1, 2]));

test('a filter that is nothing but its bias keeps 22 bits of it', () => {
  const { scale } = int8Weights(layer(1, [0, 0], { bias: Float32Array.of(0.3) }), 0.02);
  expect(0.3 / (0.02 * scale[0]!)).toBeCloseTo(2 ** 22, -1);
});

test('a bias beside vanishing weights still fits int32', () => {
  const { scale } = int8Weights(layer(1, [1e-20], { bias: Float32Array.of(1) }), 0.02);
  expect(1 / (0.02 * scale[0]!)).toBeLessThanOrEqual(2 ** 30 * 1.0001);
});

const codes = { scale: Float32Array.of(0.5, 0.5), zeroPoint: Int32Array.of(130, 130) };
const integers = Uint8Array.of(130, 255, 0, 128);
const asWeights = [...integers].map((code) => (code - 130) * 0.5);

test('codes with a zero point: weight = int8 + correction, exactly', () => {
  const { weight, correction } = int8Weights(layer(2, asWeights, { codes: { ...codes, data: integers } }), 1);
  expect([...weight]).toEqual([2, 127, -128, 0]);
  expect([...correction!]).toEqual([-2, -2]);
  weight.forEach((w, i) => {
    expect((w + correction![Math.floor(i / 2)]!) * 0.5).toBe(asWeights[i]);
  });
});

test('codes around 128 need no correction', () => {
  const zeroPoint = Int32Array.of(128, 128);
  const weights = [...integers].map((code) => (code - 128) * 0.5);
  const made = int8Weights(layer(2, weights, { codes: { ...codes, zeroPoint, data: integers } }), 1);
  expect(made.correction).toBeUndefined();
});

test('codes that no longer say what the weights say, as after pruning, are not used', () => {
  const pruned = asWeights.map((w, i) => (i === 1 ? 0 : w));
  const { weight, correction } = int8Weights(layer(2, pruned, { codes: { ...codes, data: integers } }), 1);
  expect(correction).toBeUndefined();
  expect([...weight]).toEqual([0, 0, -127, -2]);
});

test('a weight that is not a number is refused', () =>
  expect(() => int8Weights(layer(1, [1, Number.NaN]), 1)).toThrow('weight 1 of filter 0 is NaN'));
