import { expect, test } from 'vitest';
import type { Layer } from '../../model/layer.ts';
import { moveBytes } from './move.ts';

const x = { shape: [1, 2, 2], data: Int8Array.of(-1, 2, -3, 4) };
const base = { name: 'y', inputs: ['x'] };
const pool = { kernel: [2, 1], stride: [1, 1], pad: [1, 0, 0, 0], dilation: [1, 1] } as const;

test.each<[Layer, number[]]>([
  [{ ...base, op: 'reshape', shape: [4] }, [-1, 2, -3, 4]],
  [{ ...base, op: 'transpose', shape: [1, 2, 2], perm: [0, 2, 1] }, [-1, -3, 2, 4]],
  [{ ...base, op: 'slice', shape: [1, 1, 2], start: [0, 1, 0], step: [1, 1, 1] }, [-3, 4]],
  [{ ...base, op: 'pad', shape: [1, 2, 3], before: [0, 0, 1], value: 0 }, [0, -1, 2, 0, -3, 4]],
  [{ ...base, op: 'concat', inputs: ['x', 'x'], shape: [1, 2, 4], axis: 2 }, [-1, 2, -1, 2, -3, 4, -3, 4]],
  // Padding never wins over a negative byte.
  [{ ...base, op: 'maxPool', shape: [1, 2, 2], ...pool, ceil: false, countPad: false }, [-1, 2, -1, 4]],
])('$op moves bytes and keeps their type', (layer, expected) => {
  const moved = moveBytes(
    layer,
    layer.inputs.map(() => x),
  )!;
  expect(moved.data).toBeInstanceOf(Int8Array);
  expect([...moved.data]).toEqual(expected);
  expect(moved.shape).toEqual(layer.shape);
});

test('what computes, and a pad with a value that is not 0, is left to others', () => {
  expect(
    moveBytes({ ...base, op: 'pad', shape: [1, 2, 3], before: [0, 0, 1], value: 1 }, [x]),
  ).toBeUndefined();
  expect(moveBytes({ ...base, op: 'sigmoid', shape: [1, 2, 2] }, [x])).toBeUndefined();
});
