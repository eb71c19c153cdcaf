import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomInputs, randomModel } from '../../test/fixtures/random-model.ts';
import { isConv, type Layer } from '../model/layer.ts';
import type { QuantizedModel, ValueFormat } from '../model/quantized.ts';
import { convReference } from '../tensor/conv-reference.ts';
import { seeded } from '../tensor/random.ts';
import type { ByteData, Tensor } from '../tensor/tensor.ts';
import { evaluateLayer } from './evaluate.ts';
import { toBytes, toReals } from './integers/bytes.ts';
import { type IntegerOptions, runIntegers } from './integers.ts';

/** Hand-made formats and integer weights: this room must not need the quantiser above it. */
function quantizedAtRandom(seed: number): QuantizedModel {
  const model = randomModel(seed);
  const random = seeded(seed, 'formats');
  const values = new Map<string, ValueFormat>();
  const format = (): ValueFormat => ({
    scale: Math.fround(2 ** (random.uniform() * 3 - 6)),
    type: random.below(2) ? 'uint8' : 'int8',
  });
  for (const { name } of [...model.inputs, ...model.layers]) values.set(name, format());
  // Half of what only moves or clamps values shares its input's format, and so stays in bytes.
  for (const layer of model.layers)
    if (['clamp', 'maxPool', 'concat'].includes(layer.op) && random.below(2))
      for (const input of layer.inputs) values.set(input, values.get(layer.name)!);
  const convs: QuantizedModel['convs'] = new Map(
    model.layers.filter(isConv).map(({ name, conv, weight }) => {
      const bytes = Int8Array.from(weight!.data, () => random.below(255) - 127);
      const multiplier = Int32Array.from({ length: conv.K }, () => 2 ** 30 + random.below(2 ** 30));
      const low = values.get(name)!.type === 'uint8' ? random.below(20) : 0 - random.below(128);
      return [
        name,
        {
          weight: { shape: weight!.shape, data: bytes },
          weightScale: new Float32Array(conv.K).fill(1),
          bias: Int32Array.from({ length: conv.K }, () => random.below(2000) - 1000),
          requantisation: {
            multiplier,
            shift: Uint8Array.from(multiplier, () => 36 + random.below(6)),
            low,
            high: low + random.below(100),
          },
          ...(random.below(2) && { correction: Int32Array.from(multiplier, () => random.below(9) - 4) }),
        },
      ];
    }),
  );
  return { schema: 'sense.quantized/1', model, values, convs, calibration: { method: 'max', images: 0 } };
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const run = (
  quantized: QuantizedModel,
  seed: number,
  options: IntegerOptions = {},
): ReadonlyMap<string, Tensor> =>
  runIntegers(quantized, randomInputs(quantized.model, seeded(seed, 'input')), options);

/** What a conv's bytes should be, in whole numbers of any length. */
function plainConv(quantized: QuantizedModel, layer: Layer, ifmap: ByteData): number[] {
  if (!isConv(layer)) throw new Error('not a conv');
  const { weight, bias, requantisation, correction } = quantized.convs.get(layer.name)!;
  const { multiplier, shift, low, high } = requantisation;
  const { K } = layer.conv;
  // Asymmetric weights as they are, in 32 bits: reference loops need no correction.
  const perFilter = weight.data.length / K;
  const whole = Int32Array.from(weight.data, (w, i) => w + (correction?.[Math.floor(i / perFilter)] ?? 0));
  const acc = convReference(ifmap, whole as unknown as Int8Array, layer.conv);
  return Array.from(acc, (sum, i) => {
    const k = Math.floor(i / (acc.length / K));
    const product = (BigInt(sum) + BigInt(bias[k]!)) * BigInt(multiplier[k]!);
    const unit = 1n << BigInt(shift[k]!);
    const floor = product >> BigInt(shift[k]!);
    const twice = 2n * (product - floor * unit);
    const rounded = Number(twice > unit || (twice === unit && floor % 2n !== 0n) ? floor + 1n : floor);
    return Math.max(low, Math.min(high, rounded));
  });
}

test('every conv equals whole-number arithmetic, every other layer real arithmetic on the same bytes', () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const quantized = quantizedAtRandom(seed);
      const shapes = new Map(
        [...quantized.model.inputs, ...quantized.model.layers].map((v) => [v.name, v.shape]),
      );
      const format = (value: string): ValueFormat => quantized.values.get(value)!;
      run(quantized, seed, {
        watch: (layer, ifmaps, ofmap) => {
          if (isConv(layer)) expect([...ofmap]).toEqual(plainConv(quantized, layer, ifmaps[0]!));
          else {
            const reals = layer.inputs.map((name, i) =>
              toReals({ shape: shapes.get(name)!, data: ifmaps[i]! }, format(name)),
            );
            const expected = toBytes(evaluateLayer(layer, reals), format(layer.name)).data;
            const off = Math.max(...Array.from(ofmap, (byte, i) => Math.abs(byte - expected[i]!)));
            // A sum is rounded once from fixed-point factors, a clamp's end to a byte: ties may fall one step aside.
            expect(off).toBeLessThanOrEqual(layer.op === 'add' || layer.op === 'clamp' ? 1 : 0);
          }
        },
      });
    }),
    { numRuns: 200 },
  ));

test('whatever convolves, the outputs are the same', () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const quantized = quantizedAtRandom(seed);
      const plain = run(quantized, seed, {
        convolve: ({ conv }, { weight }, ifmap) => convReference(ifmap, weight.data, conv),
      });
      expect(run(quantized, seed)).toEqual(plain);
    }),
    { numRuns: 50 },
  ));

test('a missing input, one of the wrong shape and one that is not a number are refused', () => {
  const quantized = quantizedAtRandom(1);
  expect(() => runIntegers(quantized, new Map())).toThrow('the model\'s input "x" is missing');
  const x = { shape: [1, 3, 4, 4], data: new Float32Array(48) };
  expect(() => runIntegers(quantized, new Map([['x', x]]))).toThrow(
    'input "x" has shape [1,3,4,4], the model needs [1,3,5,5]',
  );
  const nan = { shape: [1, 3, 5, 5], data: new Float32Array(75).fill(Number.NaN) };
  expect(() => runIntegers(quantized, new Map([['x', nan]]))).toThrow(
    'input "x" holds values that are not numbers',
  );
});
