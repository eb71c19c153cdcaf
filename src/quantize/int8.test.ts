import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomInputs, randomModel } from '../../test/fixtures/random-model.ts';
import type { ConvLayer } from '../model/layer.ts';
import { isConv } from '../model/layer.ts';
import type { ValueFormat } from '../model/quantized.ts';
import { seeded } from '../tensor/random.ts';
import { agreement, requantisationDifference } from './agreement.ts';
import { fold } from './fold.ts';
import { quantizeConv } from './int8.ts';
import { postTraining } from './post-training.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test('a network in integers follows the one in fp32', () => {
  const errors: number[] = [];
  for (let seed = 0; seed < 60; seed++) {
    const model = randomModel(seed);
    const inputs = [randomInputs(model, seeded(seed, 'input'))];
    const { quantized } = postTraining(model, inputs, { method: 'max' });
    const largest = Math.max(
      ...fold(model).outputs.map((output) => quantized.values.get(output)!.scale * 127),
    );
    errors.push(agreement(model, quantized, inputs).maxDifference / largest);
  }
  // The largest error of any output value, beside the output's range: bytes have steps of 1/255 or 1/127 of it.
  errors.sort((a, b) => a - b);
  expect(errors[30]).toBeLessThan(0.03);
  expect(errors.at(-1)).toBeLessThan(0.2);
});

test('integer requantisation is at most one step from a float one, and rarely that', () => {
  let [bytes, differing] = [0, 0];
  fc.assert(
    fc.property(seeds, (seed) => {
      const model = randomModel(seed);
      const inputs = [randomInputs(model, seeded(seed, 'input'))];
      const difference = requantisationDifference(
        postTraining(model, inputs, { method: 'mse' }).quantized,
        inputs,
      );
      bytes += difference.bytes;
      differing += difference.differing;
      expect(difference.maxSteps).toBeLessThanOrEqual(1);
    }),
  );
  expect(bytes).toBeGreaterThan(1000);
  expect(differing / bytes).toBeLessThan(0.001);
});

test('a weight that is zero stays zero', () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = seeded(seed, 'prune');
      const full = randomModel(seed);
      const layers = full.layers.map((layer) => {
        if (!isConv(layer)) return layer;
        const data = layer.weight!.data.map((w) => (random.below(2) ? w : 0));
        return { ...layer, weight: { shape: layer.weight!.shape, data } };
      });
      const model = { ...full, layers };
      const { quantized } = postTraining(model, [randomInputs(model, random)]);
      for (const layer of layers)
        if (isConv(layer))
          layer.weight!.data.forEach((w, i) => {
            if (w === 0) expect(quantized.convs.get(layer.name)!.weight.data[i]).toBe(0);
          });
    }),
    { numRuns: 30 },
  ));

function dot(C: number, rest: Partial<ConvLayer> = {}): ConvLayer {
  return {
    op: 'fc',
    name: 'dot',
    inputs: ['x'],
    shape: [1, 1],
    conv: {
      C,
      H: 1,
      W: 1,
      K: 1,
      R: 1,
      S: 1,
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    },
    weight: { shape: [1, C, 1, 1], data: new Float32Array(C).fill(127) },
    ...rest,
  };
}
const unit: ValueFormat = { scale: 1, type: 'uint8' };

test('a clamp becomes the byte range of the ofmap', () => {
  const range = (low: number, high: number, ofmap: ValueFormat): number[] => {
    const { requantisation } = quantizeConv(dot(1, { clamp: { low, high } }), unit, ofmap);
    return [requantisation.low, requantisation.high];
  };
  expect(range(0, Number.POSITIVE_INFINITY, { scale: 0.1, type: 'int8' })).toEqual([0, 127]);
  expect(range(0, 6, { scale: 0.1, type: 'uint8' })).toEqual([0, 60]);
  expect(range(-1, 1, { scale: 0.1, type: 'uint8' })).toEqual([0, 10]);
  expect(range(-100, 100, { scale: 0.1, type: 'int8' })).toEqual([-128, 127]);
});

test('bias counts in steps of the accumulator', () => {
  const { bias, weightScale } = quantizeConv(
    dot(1, { bias: Float32Array.of(-2.5) }),
    { ...unit, scale: 0.25 },
    unit,
  );
  expect([...weightScale]).toEqual([1]);
  expect([...bias]).toEqual([-10]);
});

test('sums that could overflow int32 are refused before anything runs', () => {
  // 127 * 255 * C < 2^31 up to C = 66 311
  expect(quantizeConv(dot(66_311), unit, unit).weight.data[0]).toBe(127);
  expect(() => quantizeConv(dot(66_312), unit, unit)).toThrow(
    'the sums of filter 0 can reach 2147514120, more than int32 holds',
  );
});
