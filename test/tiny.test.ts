/** The whole product in a breath: a small network, through ONNX, pruned, quantised, run to the bit, and reported. */
import { expect, test } from 'vitest';
import { exportOnnx, importOnnx, run, tensor } from '../src/index.ts';
import { buildModel } from '../src/model/build.ts';
import { seeded } from '../src/tensor/random.ts';

const random = seeded(1);
const draw = (shape: readonly number[]) =>
  tensor(shape, Float32Array.from({ length: shape.reduce((a, d) => a * d) }, random.normal));
const shape = {
  H: 12,
  W: 12,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
} as const;
const relu = { low: 0, high: Number.POSITIVE_INFINITY };

test('from ONNX to a report that adds up', () => {
  const net = buildModel('tiny', [{ name: 'image', shape: [1, 3, 12, 12] }]);
  net.add({
    op: 'conv',
    name: 'a',
    inputs: ['image'],
    conv: { ...shape, C: 3, K: 16 },
    weight: draw([16, 3, 3, 3]),
    clamp: relu,
  });
  net.add({
    op: 'conv',
    name: 'b',
    inputs: ['a'],
    conv: { ...shape, C: 16, K: 40 },
    weight: draw([40, 16, 3, 3]),
  });
  const model = importOnnx(exportOnnx(net.finish(['b'], [])), { name: 'tiny' });
  const image = { name: 'noise', values: new Map([['image', draw([1, 3, 12, 12])]]) };

  const { layers, totals, accuracy } = run(model, { inputs: [image], verify: true });

  const sum = (of: (layer: (typeof layers)[number]) => number) => layers.reduce((a, l) => a + of(l), 0);
  expect(totals.cycles).toBe(sum((layer) => layer.cycles));
  expect(totals.dramBytes.total).toBe(sum((layer) => layer.dramBytes.total));
  expect(totals.dramBytes.total).toBeGreaterThanOrEqual(totals.dramBytes.lowerBound);
  expect(layers[1]!.density.weight).toBeCloseTo(0.5, 1);
  expect(layers[1]!.density.ifmap).toBeLessThan(0.7); // a ReLU stands before it
  expect(accuracy!.images).toBe(1);
});
