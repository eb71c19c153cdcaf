/** Each operator against values worked out by hand or its definition written plainly. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../tensor/random.ts';
import { volume } from '../../tensor/shape.ts';
import { add, affine, clamp, leakyRelu, sigmoid } from './elementwise.ts';
import { lrn } from './lrn.ts';
import { concat, pad, slice, transpose } from './movement.ts';
import { avgPool, maxPool } from './pool.ts';
import { dequantize, quantize } from './quantize.ts';
import { softmax } from './softmax.ts';

const floats = (...list: number[]) => Float32Array.from(list);
const upTo = (n: number) => Uint8Array.from({ length: n }, (_, i) => i + 1);

describe('elementwise', () => {
  test('clamp keeps NaN', () =>
    expect([...clamp(floats(-1, 2, 9, Number.NaN), { low: 0, high: 6 })]).toEqual([0, 2, 6, Number.NaN]));
  test('leakyRelu', () => expect([...leakyRelu(floats(-4, 4), 0.25)]).toEqual([-1, 4]));
  test('sigmoid does not overflow', () =>
    expect([...sigmoid(floats(-200, 0, 200))]).toEqual([expect.closeTo(0, 30), 0.5, 1]));
  test('add', () => expect([...add(floats(1, 2), floats(10, 20))]).toEqual([11, 22]));
  test('affine takes a scale and shift a channel, or one for all', () => {
    const x = floats(1, 2, 3, 4, 5, 6, 7, 8);
    const shape = [2, 2, 2];
    expect([...affine(x, shape, { scale: floats(1, 10), shift: floats(0, 1) })]).toEqual([
      1, 2, 31, 41, 5, 6, 71, 81,
    ]);
    expect([...affine(x, shape, { scale: floats(2), shift: floats(1) })]).toEqual([
      3, 5, 7, 9, 11, 13, 15, 17,
    ]);
  });
});

test('softmax sums to 1 along its axis and does not overflow', () => {
  // Columns (1000, 1000) and (0, ln 3) of a [2, 2] tensor.
  const y = softmax(floats(1000, 0, 1000, Math.log(3)), [2, 2], 0);
  expect([...y].map((n) => Math.round(n * 1e6) / 1e6)).toEqual([0.5, 0.25, 0.5, 0.75]);
});

test('lrn sees two channels to each side of five', () => {
  const y = lrn(floats(1, 2, 3, 4), [1, 4, 1, 1], { size: 5, alpha: 5, beta: 1, bias: 1 });
  // 1 / (1 + 1 + 4 + 9), 2 / (1 + 1 + 4 + 9 + 16), ...
  const wanted = [1 / 15, 2 / 31, 3 / 31, 4 / 30];
  for (const [i, value] of y.entries()) expect(value).toBeCloseTo(wanted[i]!, 6);
});

describe('pool', () => {
  const square = { kernel: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const nine = { from: [1, 1, 3, 3], to: [1, 1, 2, 2] };

  test('maxPool on bytes, a last window hanging over the edge', () => {
    expect(maxPool(upTo(9), nine, square)).toEqual(Uint8Array.of(5, 6, 8, 9));
    const negative = Int8Array.from(upTo(9), (n) => -n);
    expect(maxPool(negative, nine, { ...square, pad: [1, 1, 0, 0] })).toEqual(Int8Array.of(-1, -2, -4, -5));
  });

  test('dilation skips', () => {
    const shapes = { from: [1, 1, 3, 3], to: [1, 1, 1, 1] };
    expect([...maxPool(floats(1, 9, 2, 9, 9, 9, 3, 9, 4), shapes, { ...square, dilation: [2, 2] })]).toEqual([
      4,
    ]);
  });

  test('avgPool divides by what it saw, or counts the padding, but never what ceil_mode adds', () => {
    const x = floats(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const padded = { ...square, pad: [1, 1, 0, 0] } as const;
    expect([...avgPool(x, nine, { ...padded, countPad: false })]).toEqual([1, 2.5, 5.5, 7]);
    expect([...avgPool(x, nine, { ...padded, countPad: true })]).toEqual([0.25, 1.25, 2.75, 7]);
    // ONNX Runtime 1.30 gives the same: the overhanging windows have 2, 2 and 1 values.
    expect([...avgPool(x, nine, { ...square, countPad: true })]).toEqual([3, 4.5, 7.5, 9]);
  });
});

describe('movement works on any element type', () => {
  test('concat along the second axis', () => {
    const a = { shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 4) };
    const b = { shape: [2, 2, 2], data: Uint8Array.of(5, 6, 7, 8, 9, 10, 11, 12) };
    expect(concat([a, b], 1)).toEqual(Uint8Array.of(1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12));
  });

  test('slice with steps, backwards too', () => {
    const x = { shape: [3, 4], data: upTo(12) };
    const options = { start: [2, 1], step: [-2, 2], shape: [2, 2] };
    expect(slice(x, options)).toEqual(Uint8Array.of(10, 12, 2, 4));
    expect(() => slice(x, { ...options, start: [2, 2] })).toThrow(
      'a slice from 2 to 4 along axis 1 of [3,4]',
    );
  });

  test('pad, and crop where it is negative', () => {
    const x = { shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) };
    expect(pad(x, { before: [0, 1], shape: [3, 3], value: -7 })).toEqual(
      Int8Array.of(-7, 1, 2, -7, 3, 4, -7, -7, -7),
    );
    expect(pad(x, { before: [-1, 0], shape: [1, 3], value: 0 })).toEqual(Int8Array.of(3, 4, 0));
  });

  const anyTensor = fc
    .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    .map((shape) => ({ shape, data: upTo(volume(shape)) }));

  test('a transpose and its inverse give the tensor back; each element is where perm says', () => {
    fc.assert(
      fc.property(anyTensor, fc.nat(), (x, seed) => {
        const { below } = seeded(seed);
        const perm = x.shape.map((_, i) => i).sort(() => below(3) - 1);
        const shape = perm.map((axis) => x.shape[axis]!);
        const moved = { shape, data: transpose(x, perm) };
        const inverse = perm.map((_, axis) => perm.indexOf(axis));
        expect(transpose(moved, inverse)).toEqual(x.data);
        expect(moved.data.toSorted()).toEqual(x.data.toSorted());
      }),
    );
  });

  test('transposing [2,3]', () =>
    expect(transpose({ shape: [2, 3], data: upTo(6) }, [1, 0])).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6)));

  test('slicing what was padded gives the tensor back', () => {
    fc.assert(
      fc.property(anyTensor, fc.integer({ min: 0, max: 3 }), (x, margin) => {
        const before = x.shape.map(() => margin);
        const shape = x.shape.map((d) => d + 2 * margin);
        const data = pad(x, { before, shape, value: 99 });
        expect(slice({ shape, data }, { start: before, step: x.shape.map(() => 1), shape: x.shape })).toEqual(
          x.data,
        );
      }),
    );
  });
});

test('quantize rounds half to even and holds the range; dequantize undoes it', () => {
  const format = { scale: 0.5, zeroPoint: 3, low: 0, high: 255 };
  expect([...quantize(floats(0.25, 0.75, -0.25, -9, 1000), format)]).toEqual([3, 5, 3, 0, 255]);
  expect([...dequantize(floats(3, 5, 0), format)]).toEqual([0, 1, -1.5]);
});
