import { expect, test } from 'vitest';
import { buildModel } from '../model/build.ts';
import type { Model } from '../model/model.ts';
import { sharedScales } from './shared-scales.ts';

const relu = { op: 'clamp', clamp: { low: 0, high: Number.POSITIVE_INFINITY } } as const;
const pool = {
  op: 'maxPool',
  kernel: [2, 2],
  stride: [2, 2],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  ceil: false,
  countPad: false,
} as const;

/** a, b -> add -> relu -> pool; concat of pool and c; a alone goes through a sigmoid. */
function model(extraOutputs: string[] = []): Model {
  const b = buildModel('m', [
    { name: 'a', shape: [1, 2, 4, 4] },
    { name: 'b', shape: [1, 2, 4, 4] },
    { name: 'c', shape: [1, 1, 2, 2] },
  ]);
  b.add({ op: 'add', name: 'sum', inputs: ['a', 'b'] });
  b.add({ ...relu, name: 'relu', inputs: ['sum'] });
  b.add({ ...pool, name: 'pool', inputs: ['relu'] });
  b.add({ op: 'concat', name: 'both', inputs: ['pool', 'c'], axis: 1 });
  b.add({ op: 'sigmoid', name: 'gate', inputs: ['both'] });
  return b.finish(['gate', ...extraOutputs], []);
}

test('what is moved, pooled, concatenated or clamped shares one format; sums and host layers have their own', () => {
  const { groupOf } = sharedScales(model());
  const together = (...values: string[]) => new Set(values.map((value) => groupOf.get(value))).size === 1;
  expect(together('sum', 'relu', 'pool', 'both', 'c')).toBe(true);
  expect(new Set(['a', 'b', 'sum', 'gate'].map((value) => groupOf.get(value))).size).toBe(4);
});

test('a sum that only a clamp reads is measured behind the clamp', () =>
  expect([...sharedScales(model()).measured]).toEqual(['a', 'b', 'c', 'relu', 'gate']));

test('a sum that is a model output as well is measured itself', () =>
  expect([...sharedScales(model(['sum'])).measured]).toEqual(['a', 'b', 'c', 'sum', 'gate']));

test('a pad with something other than 0 does not share', () => {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  b.add({ op: 'pad', name: 'zero', inputs: ['x'], before: [0, 1], value: 0, shape: [1, 3] });
  b.add({ op: 'pad', name: 'one', inputs: ['zero'], before: [0, 1], value: 1, shape: [1, 4] });
  const { groupOf } = sharedScales(b.finish(['one'], []));
  expect(groupOf.get('zero')).toBe(groupOf.get('x'));
  expect(groupOf.get('one')).not.toBe(groupOf.get('zero'));
});
