/** Run-length streams counted, held to streams written out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storedRuns, storedWeightRuns } from './stored-runs.ts';

/** Pairs of a run and a value, as they would be sent; zeros behind the last value are not. */
function plainStream(values: readonly number[], runBits: number): number {
  let [entries, run] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (value === 0 && values.slice(i).every((rest) => rest === 0)) break;
    if (value === 0 && run < 2 ** runBits - 1) run++;
    else {
      entries++;
      run = 0;
    }
  }
  return entries;
}

const values = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 7), { minLength: 1, maxLength: 90 });

test('a stream has as many entries as the pairs written out', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (list, runBits) => {
      expect(storedRuns(Uint8Array.from(list), list.length, runBits)).toBe(plainStream(list, runBits));
    }),
  );
  expect(storedRuns(Uint8Array.from([...Array(16).fill(0), 1]), 17, 4)).toBe(2);
});

test('weights are a stream an input channel and group of filters', () => {
  const conv = {
    C: 2,
    H: 4,
    W: 4,
    K: 5,
    R: 1,
    S: 2,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 20, maxLength: 20 }), (weight) => {
      let plain = 0;
      for (const filters of [[0, 1], [2, 3], [4]])
        for (const c of [0, 1])
          plain += plainStream(
            filters.flatMap((k) => [0, 1].map((s) => weight[(k * 2 + c) * 2 + s]!)),
            1,
          );
      expect(storedWeightRuns(Int8Array.from(weight), conv, 2, 1)).toBe(plain);
    }),
  );
});
