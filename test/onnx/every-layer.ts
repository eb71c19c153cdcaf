/** A model with a layer of every kind, each as odd as it may be: small, seeded, with float parameters. */
import { buildModel } from '../../src/model/build.ts';
import type { Model } from '../../src/model/model.ts';
import { seeded } from '../../src/tensor/random.ts';
import { type Shape, volume } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export function everyLayer(): Model {
  const random = seeded(5, 'every layer');
  const normal = (...shape: number[]): Tensor => ({
    shape,
    data: Float32Array.from({ length: volume(shape) }, random.normal),
  });
  const b = buildModel('every layer', [{ name: 'x', shape: [1, 4, 9, 10] }]);
  const one = [1, 1] as const;
  const none = [0, 0, 0, 0] as const;
  const conv = { C: 4, H: 9, W: 10, K: 6, R: 3, S: 2, stride: [2, 1], pad: [1, 0, 2, 1], groups: 2 } as const;
  b.add({
    name: 'conv',
    op: 'conv',
    inputs: ['x'],
    conv: { ...conv, dilation: [1, 2] },
    weight: normal(6, 2, 3, 2),
    bias: normal(6).data,
    clamp: { low: 0, high: Number.POSITIVE_INFINITY },
  });
  b.add({ name: 'affine', op: 'affine', inputs: ['conv'], scale: normal(6).data, shift: normal(6).data });
  b.add({
    name: 'half',
    op: 'affine',
    inputs: ['affine'],
    scale: Float32Array.of(0.5),
    shift: Float32Array.of(1),
  });
  b.add({ name: 'relu6', op: 'clamp', inputs: ['half'], clamp: { low: 0, high: 6 } });
  b.add({
    name: 'above',
    op: 'clamp',
    inputs: ['half'],
    clamp: { low: -0.5, high: Number.POSITIVE_INFINITY },
  });
  b.add({
    name: 'open',
    op: 'clamp',
    inputs: ['above'],
    clamp: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  });
  b.add({ name: 'leaky', op: 'leakyRelu', inputs: ['open'], alpha: 0.125 });
  b.add({ name: 'sigmoid', op: 'sigmoid', inputs: ['leaky'] });
  b.add({ name: 'add', op: 'add', inputs: ['relu6', 'sigmoid'] });
  b.add({ name: 'mean image', op: 'constant', inputs: [], value: normal(...b.shapeOf('add')) });
  b.add({ name: 'shifted', op: 'add', inputs: ['add', 'mean image'] });
  b.add({ name: 'lrn', op: 'lrn', inputs: ['shifted'], size: 3, alpha: 0.25, beta: 0.75, bias: 2 });
  const pool = { kernel: [3, 2], stride: [2, 2], pad: [1, 0, 1, 1], dilation: one, ceil: true } as const;
  b.add({ name: 'max', op: 'maxPool', inputs: ['lrn'], ...pool, dilation: [1, 2], countPad: false });
  b.add({ name: 'mean', op: 'avgPool', inputs: ['lrn'], ...pool, ceil: false, countPad: true });
  b.add({ name: 'plain mean', op: 'avgPool', inputs: ['lrn'], ...pool, countPad: false });
  const [, , H, W] = b.shapeOf('mean') as readonly [number, number, number, number];
  const slice = (name: string, from: string, start: Shape, step: Shape, shape: Shape) =>
    b.add({ name, op: 'slice', inputs: [from], start, step, shape });
  slice('reversed', 'mean', [0, 5, 0, W - 1], [1, -2, 1, -1], [1, 3, H, W]);
  slice('cut', 'mean', [0, 1, 0, 0], [1, 2, 1, 1], [1, 3, H, W]);
  b.add({ name: 'concat', op: 'concat', inputs: ['reversed', 'cut'], axis: 1 });
  b.add({
    name: 'pad',
    op: 'pad',
    inputs: ['concat'],
    before: [0, 1, 0, 2],
    value: 0.5,
    shape: [1, 8, H + 1, W + 2],
  });
  b.add({ name: 'turned', op: 'transpose', inputs: ['pad'], perm: [0, 2, 3, 1] });
  const features = volume(b.shapeOf('turned'));
  b.add({ name: 'flat', op: 'reshape', inputs: ['turned'], shape: [1, features] });
  b.add({ name: 'codes', op: 'quantize', inputs: ['flat'], scale: 0.05, zeroPoint: 100, low: 0, high: 255 });
  b.add({ name: 'kept', op: 'reshape', inputs: ['codes'], shape: [1, features] });
  b.add({ name: 'real', op: 'dequantize', inputs: ['kept'], scale: 0.05, zeroPoint: 100 });
  b.add({
    name: 'signed',
    op: 'quantize',
    inputs: ['real'],
    scale: 0.1,
    zeroPoint: -3,
    low: -128,
    high: 127,
  });
  b.add({ name: 'nibbles', op: 'quantize', inputs: ['real'], scale: 1, zeroPoint: 2, low: -8, high: 7 });
  b.add({ name: 'real nibbles', op: 'dequantize', inputs: ['nibbles'], scale: 1, zeroPoint: 2 });
  b.add({
    name: 'wide',
    op: 'quantize',
    inputs: ['real nibbles'],
    scale: 0.25,
    zeroPoint: 7,
    low: -32768,
    high: 32767,
  });
  b.add({ name: 'real steps', op: 'dequantize', inputs: ['wide'], scale: 0.25, zeroPoint: 7 });
  const fc = { C: features, H: 1, W: 1, K: 5, R: 1, S: 1, stride: one, pad: none, dilation: one, groups: 1 };
  b.add({
    name: 'fc',
    op: 'fc',
    inputs: ['real steps'],
    conv: fc,
    weight: normal(5, features, 1, 1),
    clamp: { low: -9, high: 9 },
  });
  b.add({ name: 'fc.weight', op: 'softmax', inputs: ['fc'], axis: 1 }); // a name that the weight would have had
  return b.finish(
    ['fc.weight', 'max', 'plain mean', 'signed', 'fc'],
    [{ madeBy: 'a test', note: 'of every layer' }],
  );
}
