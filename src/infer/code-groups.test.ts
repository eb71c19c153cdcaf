/** Groups on codes: equal to plain loops over whole numbers, and left alone where somebody else reads inside. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConvLayer, Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { convReference } from '../tensor/conv-reference.ts';
import { seeded } from '../tensor/random.ts';
import { codeGroups } from './code-groups.ts';
import { evaluate } from './evaluate.ts';

interface Drawn {
  readonly seed: number;
  readonly C: number;
  readonly zero: number;
  readonly pad: 0 | 1;
}

/** x (codes) -> dequantize -> conv -> ReLU6 -> quantize, with uint8 weights. */
function group({ seed, C, zero, pad }: Drawn): Model {
  const random = seeded(seed, 'group');
  const [K, H] = [3, 5];
  const conv = { C, H, W: H, K, R: 3, S: 3, groups: 1 } as const;
  const shape = { ...conv, stride: [1, 1], pad: [pad, pad, pad, pad], dilation: [1, 1] } as const;
  const codes = Uint8Array.from({ length: K * C * 9 }, () => random.below(256));
  const scale = Float32Array.from({ length: K }, () => 0.001 + 0.01 * random.uniform());
  const zeroPoint = Int32Array.from({ length: K }, () => random.below(256));
  const filter = (i: number): number => Math.floor(i / (C * 9));
  const data = Float32Array.from(codes, (w, i) => (w - zeroPoint[filter(i)]!) * scale[filter(i)]!);
  const bias = Float32Array.from(
    scale,
    (s) => Math.fround(Math.fround(0.5) * s) * (random.below(2000) - 1000),
  );
  const out = [1, K, ofmapHeight(shape), ofmapWidth(shape)];
  const layers: Layer[] = [
    { op: 'dequantize', name: 'dq', inputs: ['x'], shape: [1, C, H, H], scale: 0.5, zeroPoint: zero },
    {
      ...{ op: 'conv', name: 'conv', inputs: ['dq'], shape: out, conv: shape, bias },
      ...{ weight: { shape: [K, C, 3, 3], data }, codes: { data: codes, scale, zeroPoint } },
    },
    { op: 'clamp', name: 'relu6', inputs: ['conv'], shape: out, clamp: { low: 0, high: 6 } },
    {
      op: 'quantize',
      name: 'q',
      inputs: ['relu6'],
      shape: out,
      scale: 0.05,
      zeroPoint: 3,
      low: 0,
      high: 255,
    },
  ];
  const receipts: Model['receipts'] = [];
  return {
    schema: 'sense.model/1',
    name: 'group',
    inputs: [{ name: 'x', shape: [1, C, H, H] }],
    outputs: ['q'],
    layers,
    receipts,
  };
}

const drawn = fc.record({
  seed: fc.nat(),
  C: fc.constantFrom(1, 2, 40, 200),
  zero: fc.integer({ min: 0, max: 255 }),
  pad: fc.constantFrom(0, 1),
}) as fc.Arbitrary<Drawn>;

test('a group gives the codes that whole numbers give', () => {
  fc.assert(
    fc.property(drawn, (options) => {
      const model = group(options);
      const random = seeded(options.seed, 'x');
      const shape = model.inputs[0]!.shape;
      const x = Float32Array.from({ length: options.C * 25 }, () => random.below(256));
      const got = evaluate(model, new Map([['x', { shape, data: x }]])).get('q')!.data;
      const layer = model.layers[1] as ConvLayer;
      const { scale, zeroPoint, data } = layer.codes!;
      const each = options.C * 9;
      const sums = convReference(
        x.map((q) => q - options.zero) as never,
        Int32Array.from(data, (w, i) => w - zeroPoint[Math.floor(i / each)]!) as never,
        layer.conv,
      );
      const pixels = sums.length / 3;
      const wanted = Array.from(sums, (sum, i) => {
        const k = Math.floor(i / pixels);
        const unit = 0.5 * scale[k]!;
        const value = Math.fround(sum + Math.round(layer.bias![k]! / unit));
        const factor = Math.fround(Math.fround(unit) / Math.fround(0.05));
        const real = Math.fround(value * factor);
        const up = Math.round(real);
        const even = up - real === 0.5 && up % 2 !== 0 ? up - 1 : up;
        return Math.min(Math.round(6 / Math.fround(0.05)) + 3, Math.max(3, even + 3), 255);
      });
      expect([...got]).toEqual(wanted);
    }),
    { numRuns: 40 },
  );
});

test('whoever reads inside a group gets real numbers: then it is no group', () => {
  const model = group({ seed: 1, C: 1, zero: 0, pad: 0 });
  expect([...codeGroups(model).keys()]).toEqual(['q']);
  expect([...codeGroups({ ...model, outputs: ['q', 'conv'] }).keys()]).toEqual([]);
});
