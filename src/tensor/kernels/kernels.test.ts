/** The kernels against the plain loop nest, bit for bit, over random loop bounds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConvShape, ofmapHeight, ofmapWidth, weightCount } from '../conv.ts';
import { convReference, convReferenceF32 } from '../conv-reference.ts';
import { seeded } from '../random.ts';
import type { ByteData } from '../tensor.ts';
import { type Budget, convBlocked } from './blocked.ts';
import { convF32, float32 } from './conv-f32.ts';
import { convInt, integers } from './conv-int.ts';

const upTo = (max: number, min = 1) => fc.integer({ min, max });

/** Any convolution whose filter fits, small enough for the loop nest. */
const anyConv: fc.Arbitrary<ConvShape> = fc
  .record({
    channels: upTo(6),
    filters: upTo(9),
    groups: upTo(4),
    H: upTo(14),
    W: upTo(21),
    R: upTo(4),
    S: upTo(4),
    stride: fc.tuple(upTo(3), upTo(3)),
    pad: fc.tuple(upTo(3, 0), upTo(3, 0), upTo(3, 0), upTo(3, 0)),
    dilation: fc.tuple(upTo(2), upTo(2)),
  })
  .map(({ channels, filters, groups, ...rest }) => ({
    ...rest,
    C: channels * groups,
    K: filters * groups,
    groups,
  }))
  .filter((conv) => ofmapHeight(conv) >= 1 && ofmapWidth(conv) >= 1);

const conv = (part: Partial<ConvShape>): ConvShape => ({
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
  ...part,
});

/** Shapes that reach each path: GEMM tails, matrix-vector, depthwise. */
const named: readonly (readonly [string, ConvShape])[] = [
  ['1x1 on 7x7', conv({ C: 37, H: 7, W: 7, K: 18 })],
  ['3x3 with padding', conv({ C: 16, H: 14, W: 14, K: 13, R: 3, S: 3, pad: [1, 1, 1, 1] })],
  ['AlexNet conv1 in small', conv({ C: 3, H: 47, W: 47, K: 8, R: 11, S: 11, stride: [4, 4] })],
  ['grouped 5x5', conv({ C: 8, H: 9, W: 9, K: 12, R: 5, S: 5, pad: [2, 2, 2, 2], groups: 2 })],
  [
    'depthwise, stride 2',
    conv({ C: 6, H: 9, W: 11, K: 6, R: 3, S: 3, stride: [2, 2], pad: [0, 0, 1, 1], groups: 6 }),
  ],
  ['fully connected', conv({ C: 1003, K: 21 })],
  ['filter as large as the ifmap', conv({ C: 5, H: 5, W: 4, K: 10, R: 5, S: 4 })],
  ['one column, many rows', conv({ C: 3, H: 40, W: 1, K: 5, R: 3, S: 1 })],
];

const bytes = (length: number, seed: number, signed: boolean): ByteData => {
  const { word } = seeded(seed);
  const byte = () => word() & 255;
  return signed ? Int8Array.from({ length }, byte) : Uint8Array.from({ length }, byte);
};
const floats = (length: number, seed: number): Float32Array => {
  const { normal } = seeded(seed);
  return Float32Array.from({ length }, () => normal());
};
const ifmapSize = ({ C, H, W }: ConvShape) => C * H * W;

function expectIntEqual(shape: ConvShape, seed: number, signed: boolean): void {
  const ifmap = bytes(ifmapSize(shape), seed, signed);
  const weight = bytes(weightCount(shape), seed + 1, true) as Int8Array;
  const got = convInt(ifmap, weight, shape);
  expect(got.length).toBe(shape.K * ofmapHeight(shape) * ofmapWidth(shape));
  expect(firstDifference(got, convReference(ifmap, weight, shape))).toBe(-1);
}

function expectF32Equal(shape: ConvShape, seed: number, withBias: boolean): void {
  const ifmap = floats(ifmapSize(shape), seed);
  const weight = floats(weightCount(shape), seed + 1);
  const bias = withBias ? floats(shape.K, seed + 2) : undefined;
  const got = convF32(ifmap, weight, shape, bias);
  const wanted = convReferenceF32(ifmap, weight, shape, bias);
  // As words, so that 0 and -0 differ.
  expect(firstDifference(new Int32Array(got.buffer), new Int32Array(wanted.buffer))).toBe(-1);
}

/** Index of the first unequal element, -1 where the arrays are equal. */
function firstDifference(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((n, i) => n !== b[i]);
}

describe('convInt equals convReference', () => {
  test('on random loop bounds', () => {
    fc.assert(fc.property(anyConv, fc.nat(), fc.boolean(), expectIntEqual), { numRuns: 150 });
  });
  test.each(named)('%s', (_, shape) => {
    expectIntEqual(shape, 7, false);
  });
});

describe('convF32 equals convReferenceF32', () => {
  test('on random loop bounds', () => {
    fc.assert(fc.property(anyConv, fc.nat(), fc.boolean(), expectF32Equal), { numRuns: 150 });
  });
  test.each(named)('%s', (_, shape) => {
    expectF32Equal(shape, 9, true);
  });
  test('a weight that is not a number reaches the ofmap', () => {
    const shape = conv({ C: 4, H: 3, W: 3, K: 2, R: 3, S: 3, pad: [1, 1, 1, 1] });
    const weight = floats(72, 1);
    weight[3] = Number.NaN;
    expect([...convF32(new Float32Array(36), weight, shape)].slice(0, 9)).toEqual(Array(9).fill(Number.NaN));
  });
});

describe('the blocks join without a seam, however small they are', () => {
  const anyBudget: fc.Arbitrary<Budget> = fc.record({
    weights: upTo(3000),
    ifmap: upTo(6000),
    out: upTo(3000),
    panels: upTo(3000),
  });
  test('in integers', () => {
    fc.assert(
      fc.property(anyConv, fc.nat(), anyBudget, (shape, seed, budget) => {
        const ifmap = bytes(ifmapSize(shape), seed, true);
        const weight = bytes(weightCount(shape), seed + 1, true) as Int8Array;
        const out = new Int32Array(shape.K * ofmapHeight(shape) * ofmapWidth(shape));
        convBlocked({ ifmap, weight, out }, shape, { arithmetic: integers, budget });
        expect(firstDifference(out, convReference(ifmap, weight, shape))).toBe(-1);
      }),
      { numRuns: 200 },
    );
  });
  test('in float32', () => {
    fc.assert(
      fc.property(anyConv, fc.nat(), anyBudget, (shape, seed, budget) => {
        const [ifmap, weight] = [floats(ifmapSize(shape), seed), floats(weightCount(shape), seed + 1)];
        const bias = floats(shape.K, seed + 2);
        const out = new Float32Array(shape.K * ofmapHeight(shape) * ofmapWidth(shape));
        convBlocked({ ifmap, weight, bias, out }, shape, { arithmetic: float32, budget });
        const wanted = convReferenceF32(ifmap, weight, shape, bias);
        expect(firstDifference(new Int32Array(out.buffer), new Int32Array(wanted.buffer))).toBe(-1);
      }),
      { numRuns: 200 },
    );
  });
});

test('operands of the wrong size are refused', () => {
  const shape = conv({ C: 4, H: 3, W: 3, K: 2 });
  expect(() => convF32(new Float32Array(35), new Float32Array(8), shape)).toThrow(
    'ifmap of 35 values and 8 weights for a convolution of 36 values and 8 weights',
  );
  expect(() => convInt(new Uint8Array(36), new Int8Array(9), shape)).toThrow('9 weights');
});
