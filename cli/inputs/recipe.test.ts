import { expect, test } from 'vitest';
import type { Pixels } from './pixels.ts';
import { applyRecipe, PRESETS, presetFor, type Recipe, type Wanted } from './recipe.ts';

const small: Wanted = { height: 2, width: 2, channels: 3, layout: 'NCHW' };
/** Two by two: red, green, blue, white. */
const colours: Pixels = {
  ...{ width: 2, height: 2, channels: 3 },
  bytes: Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]),
};
const round = (values: Float32Array): number[] => [...values].map((v) => Math.round(v * 1000) / 1000);

test('caffe: blue first, 0 to 255, minus (104, 117, 123)', () => {
  const values = applyRecipe(presetFor('caffe', small)!, colours, small);
  expect(round(values)).toEqual([
    ...[-104, -104, 151, 151], // B - 104
    ...[-117, 138, -117, 138], // G - 117
    ...[132, -123, -123, 132], // R - 123
  ]);
});

test('torchvision: red first, over 255, minus mean, over deviation', () => {
  const values = applyRecipe(presetFor('torchvision', small)!, colours, small);
  expect(values[0]).toBeCloseTo((1 - 0.485) / 0.229, 5);
  expect(values[4]).toBeCloseTo((0 - 0.456) / 0.224, 5);
  expect(values[11]).toBeCloseTo((1 - 0.406) / 0.225, 5);
});

test('mobilenet: (x - 128) / 128; channels last where the network wants that', () => {
  const values = applyRecipe(presetFor('mobilenet', small)!, colours, { ...small, layout: 'NHWC' });
  expect(round(values).slice(0, 3)).toEqual([0.992, -1, -1]);
});

test('a colour picture for a grey network becomes luma, a grey one for a colour network is repeated', () => {
  const grey = applyRecipe(presetFor('lenet', small)!, colours, { ...small, channels: 1 });
  expect(round(grey)).toEqual(
    [76 / 256, 150 / 256, 29 / 256, 255 / 256].map((v) => Math.round(v * 1000) / 1000),
  );
  const dots: Pixels = { width: 2, height: 2, channels: 1, bytes: Uint8Array.of(1, 2, 3, 4) };
  const colour = applyRecipe(presetFor('raw', small)!, dots, small);
  expect([...colour]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
});

test('presets suit the size: small networks get no crop, large ones keep 87.5 %', () => {
  expect(presetFor('torchvision', { height: 32, width: 32 })!.resize).toBe('exact');
  expect(presetFor('torchvision', { height: 224, width: 224 })!.resize).toEqual({ shorter: 256 });
  expect(presetFor('caffe', { height: 299, width: 299 })!.resize).toEqual({ over: 0.875 });
  expect(presetFor('mobilenet', { height: 128, width: 128 })!.resize).toEqual({ over: 0.875 });
  expect(presetFor('nonsense', { height: 1, width: 1 })).toBeUndefined();
  expect([...PRESETS.keys()]).toEqual(['caffe', 'torchvision', 'mobilenet', 'raw', 'unit', 'lenet']);
});

test('a picture that is too small after resizing, or would become gigantic, is refused', () => {
  const none: Recipe = { ...presetFor('raw', small)!, resize: 'none' };
  const tall: Wanted = { ...small, height: 3 };
  expect(() => applyRecipe(none, colours, tall)).toThrow(
    'the picture is 2x2 after resizing, the network wants 2x3',
  );
  const strip: Pixels = { width: 500_000, height: 1, channels: 1, bytes: new Uint8Array(500_000) };
  const wide: Recipe = { ...none, resize: { shorter: 8192 } };
  expect(() => applyRecipe(wide, strip, small)).toThrow('would become 4096000000x8192 after resizing');
});
