import { expect, test } from 'vitest';
import { buildModel } from '../model/build.ts';
import type { Model } from '../model/model.ts';
import { importedFormats } from './imported-formats.ts';

interface Codes {
  zeroPoint: number;
  low?: number;
  high?: number;
  scale?: number;
}

/** x -> quantize -> (pad the codes) -> dequantize -> clamp */
function chain({ zeroPoint, low = 0, high = 255, scale = 0.5 }: Codes, back = {}, pad?: number): Model {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  let value = b.add({ op: 'quantize', name: 'q', inputs: ['x'], scale, zeroPoint, low, high });
  if (pad !== undefined)
    value = b.add({ op: 'pad', name: 'wide', inputs: [value], before: [0, 1], value: pad, shape: [1, 4] });
  b.add({ op: 'dequantize', name: 'dq', inputs: [value], scale, zeroPoint, ...back });
  b.add({ op: 'clamp', name: 'y', inputs: ['dq'], clamp: { low: 0, high: 6 } });
  return b.finish(['y', 'dq'], []);
}

test.each([
  [{ zeroPoint: 0 }, 'uint8'],
  [{ zeroPoint: 128 }, 'int8'],
  [{ zeroPoint: 0, low: -128, high: 127 }, 'int8'],
  [{ zeroPoint: 0, low: -127, high: 127 }, 'int8'],
  [{ zeroPoint: -128, low: -128, high: 127 }, 'uint8'],
] as const)('%o becomes %s with the same scale, and its two layers vanish', (codes, type) => {
  const { model, exact, covered, notes } = importedFormats(chain(codes));
  expect(model.layers.map((layer) => [layer.name, ...layer.inputs])).toEqual([['y', 'x']]);
  expect(model.outputs).toEqual(['y', 'x']);
  expect(exact).toEqual(new Map([['x', { scale: 0.5, type }]]));
  expect([...covered, ...notes]).toEqual([]);
});

test('another zero point is covered by symmetric int8, and said', () => {
  const { exact, covered, notes } = importedFormats(chain({ zeroPoint: 74 }));
  expect(exact.size).toBe(0);
  expect(covered.get('x')).toEqual({ scale: Math.fround((181 * 0.5) / 127), type: 'int8' });
  expect(notes).toEqual([
    '"x" has zero point 74 in 0..255; the machine\'s zero point is 0, so it is held in symmetric int8',
  ]);
});

test('16-bit codes are covered by 8-bit ones of the same range', () =>
  expect(importedFormats(chain({ zeroPoint: 0, high: 65535, scale: 1 / 65535 })).covered.get('x')).toEqual({
    scale: Math.fround(1 / 255),
    type: 'uint8',
  }));

test('padding codes with the zero point is padding values with 0', () => {
  const { model, exact } = importedFormats(chain({ zeroPoint: 128 }, {}, 128));
  expect(model.layers[0]).toMatchObject({ name: 'wide', inputs: ['x'], value: 0 });
  expect(exact.get('wide')).toEqual({ scale: 0.5, type: 'int8' });
});

test('what cannot be said in values is refused', () => {
  expect(() => importedFormats(chain({ zeroPoint: 128 }, {}, 0))).toThrow(
    '"wide" (pad) computes on integer codes',
  );
  expect(() => importedFormats(chain({ zeroPoint: 0 }, { scale: 0.25 }))).toThrow(
    '"dq" dequantises with other scale or zero point than its value was quantised with',
  );
});

test('a value quantised in two ways keeps the first, and it is said', () => {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2] }]);
  for (const scale of [0.5, 0.25]) {
    b.add({ op: 'quantize', name: `q${scale}`, inputs: ['x'], scale, zeroPoint: 0, low: 0, high: 255 });
    b.add({ op: 'dequantize', name: `dq${scale}`, inputs: [`q${scale}`], scale, zeroPoint: 0 });
  }
  b.add({ op: 'add', name: 'y', inputs: ['dq0.5', 'dq0.25'] });
  const { exact, notes } = importedFormats(b.finish(['y'], []));
  expect(exact.get('x')?.scale).toBe(0.5);
  expect(notes).toEqual(['"x" is quantised in two ways; the first, scale 0.5, is used for both']);
});
