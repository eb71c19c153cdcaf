/** The loop nest against sums worked out by hand. */
import { expect, test } from 'vitest';
import type { ConvShape } from './conv.ts';
import { convReference, convReferenceF32, effectualMacs } from './conv-reference.ts';

const shape: ConvShape = {
  C: 1,
  H: 3,
  W: 3,
  K: 1,
  R: 2,
  S: 2,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};
const nine = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

test('a 2x2 filter over 1..9', () => {
  // 1*1 + 2*2 + 3*4 - 1*5 = 12, and each step right adds 5, each step down 15.
  expect([...convReference(nine, Int8Array.of(1, 2, 3, -1), shape)]).toEqual([12, 17, 27, 32]);
});

test('unequal strides and pads, dilation', () => {
  const conv: ConvShape = { ...shape, stride: [2, 1], pad: [1, 0, 0, 1], dilation: [1, 2] };
  // Rows -1 and 1, columns 0 and 1; taps two columns apart; the column behind the ifmap is 0.
  // p=0: rows -1, 0: 100*1 + 1000*3, 100*2; p=1: rows 1, 2: 4 + 60 + 700 + 9000, 5 + 800.
  expect([...convReference(nine, Int8Array.of(1, 10, 100, -100), conv)]).toEqual([
    100 - 300,
    200,
    4 + 60 + 700 - 900,
    5 + 800,
  ]);
});

test('groups see their own channels only', () => {
  const conv: ConvShape = { ...shape, C: 2, K: 2, H: 1, W: 2, R: 1, S: 1, groups: 2 };
  expect([...convReference(Int8Array.of(1, 2, -3, 4), Int8Array.of(10, 100), conv)]).toEqual([
    10, 20, -300, 400,
  ]);
});

test('the accumulator wraps like an int32', () => {
  const conv: ConvShape = { ...shape, C: 70_000, H: 1, W: 1, R: 1, S: 1 };
  const acc = convReference(new Uint8Array(70_000).fill(255), new Int8Array(70_000).fill(-128), conv);
  expect(acc[0]).toBe((70_000 * 255 * -128) | 0);
});

test('float32 rounds every step, from the bias on', () => {
  const conv: ConvShape = { ...shape, C: 3, H: 1, W: 1, R: 1, S: 1 };
  const ones = new Float32Array(3).fill(1);
  // 2^24 + 1 is no float32: added one by one the ones are lost.
  expect(convReferenceF32(ones, ones, conv, Float32Array.of(2 ** 24))[0]).toBe(2 ** 24);
  expect(convReferenceF32(ones, ones, conv)[0]).toBe(3);
});

test('effectual MACs are the pairs of non-zeros inside the ifmap', () => {
  const padded: ConvShape = { ...shape, pad: [1, 1, 0, 0] };
  const plane = Uint8Array.of(0, 2, 0, 0, 5, 0, 0, 0, 9);
  // Taps 0 and 3 live. Tap 3 reads every position (9 windows), tap 0 all but the last row and column.
  expect(effectualMacs(plane, Int8Array.of(1, 0, 0, 1), padded)).toBe(3 + 2);
});

test('operands of the wrong size are refused', () => {
  expect(() => convReference(new Uint8Array(8), new Int8Array(4), shape)).toThrow(
    'ifmap of 8 values, expected [1, 3, 3]',
  );
  expect(() => convReference(nine, new Int8Array(5), shape)).toThrow('5 weights, expected 4');
});
