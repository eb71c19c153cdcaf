import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantize } from '../ops/quantize.ts';
import { clampBytes, toBytes, toReals } from './bytes.ts';

const format = fc.record({
  scale: fc.float({ min: Math.fround(1e-3), max: 10, noNaN: true }),
  type: fc.constantFrom('uint8' as const, 'int8' as const),
});

test('bytes are what the quantize layer gives at zero point 0, ties included', () =>
  fc.assert(
    fc.property(format, fc.array(fc.integer({ min: -600, max: 600 })), ({ scale, type }, halves) => {
      const data = Float32Array.from(halves, (half) => (half / 2) * scale);
      const [low, high] = type === 'uint8' ? [0, 255] : [-128, 127];
      const plain = quantize(data, { scale, zeroPoint: 0, low, high });
      expect([...toBytes({ shape: [data.length], data }, { scale, type }).data]).toEqual(
        [...plain].map((q) => q + 0),
      );
    }),
    { numRuns: 300 },
  ));

test('every byte survives the way to real values and back', () =>
  fc.assert(
    fc.property(format, (to) => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const bytes = { shape: [256], data: to.type === 'uint8' ? all : new Int8Array(all.buffer) };
      expect(toBytes(toReals(bytes, to), to)).toEqual(bytes);
    }),
  ));

test('the ends of a clamp are bytes of the type', () => {
  const infinity = Number.POSITIVE_INFINITY;
  expect(clampBytes({ low: 0, high: 6 }, { scale: 0.1, type: 'uint8' })).toEqual([0, 60]);
  expect(clampBytes({ low: 0, high: infinity }, { scale: 0.1, type: 'int8' })).toEqual([0, 127]);
  expect(clampBytes({ low: 40, high: 50 }, { scale: 0.1, type: 'uint8' })).toEqual([255, 255]);
});
