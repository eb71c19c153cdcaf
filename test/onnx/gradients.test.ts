/** Our gradients against ONNX Runtime's, which knows forward operators only: see gradient-graph.ts. */
import { describe, expect, test } from 'vitest';
import type { ModelBuilder } from '../../src/model/build.ts';
import type { AffineLayer, ConvLayer } from '../../src/model/layer.ts';
import type { Model } from '../../src/model/model.ts';
import type { ConvShape } from '../../src/tensor/conv.ts';
import { type Random, seeded } from '../../src/tensor/random.ts';
import { volume } from '../../src/tensor/shape.ts';
import { lossAndGradients, parametersOf } from '../../src/train/network.ts';
import { suitsWinograd } from '../../src/train/stages/winograd.ts';
import { addConv, around, point, reals } from '../fixtures/gradient-check.ts';
import {
  clampWay,
  classifierWay,
  convWay,
  GradientGraph,
  normWay,
  poolWay,
  type Way,
} from './gradient-graph.ts';
import { answers, noOrt, ort } from './runtime.ts';

const BATCH = 4;

/** Loss and gradients, ours and ONNX Runtime's, of a network that `around` built. */
async function expectSameGradients(model: Model, norms: 'batch' | 'fixed' = 'fixed'): Promise<void> {
  const random = seeded(7, 'batch');
  const parameters = parametersOf(model, { norms });
  const shape = [BATCH, ...model.inputs[0]!.shape.slice(1)];
  const images = { shape, data: reals(volume(shape), random) };
  const labels = Int32Array.from({ length: BATCH }, () => random.below(3));
  const ours = lossAndGradients(model, parameters, { images, labels });

  const g = new GradientGraph();
  const ways: Way[] = [];
  let [value, last] = ['x', 'x'];
  const shapes = new Map([['x', model.inputs[0]!.shape]]);
  const scores = model.layers.find(({ name }) => name === 'scores') as ConvLayer;
  for (const layer of model.layers) {
    if (layer.op === 'reshape') break;
    const input = shapes.get(last)!;
    const way =
      layer.op === 'conv'
        ? convWay(g, value, layer)
        : layer.op === 'clamp'
          ? clampWay(g, value, layer.clamp)
          : layer.op === 'affine'
            ? normWay(g, value, {
                name: layer.name,
                gamma: parameters.get(`${layer.name}/gamma`)!,
                beta: parameters.get(`${layer.name}/beta`)!,
              })
            : layer.op === 'maxPool' || layer.op === 'avgPool'
              ? poolWay(g, value, layer, { batch: BATCH, input })
              : undefined;
    if (!way) throw new Error(`no gradient graph of ${layer.op}`);
    ways.push(way);
    [value, last] = [way.y, layer.name];
    shapes.set(last, layer.shape);
  }
  const final = shapes.get(last)!;
  const end = classifierWay(g, g.reshape(value, [BATCH, -1]), { layer: scores, labels });
  const names = new Map(end.gradients);
  let gradient = g.reshape(end.dx, [BATCH, ...final.slice(1)]);
  for (const way of ways.toReversed()) {
    const { dx, gradients } = way.back(gradient);
    for (const [name, output] of gradients) names.set(name, output);
    gradient = dx;
  }

  const file = g.file([{ name: 'x', shape }], [end.loss, ...names.values()]);
  const [loss, ...theirs] = await answers(file, new Map([['x', images]]));
  expect(ours.loss).toBeCloseTo(loss!.data[0]!, 5);
  expect([...names.keys()].sort()).toEqual([...ours.gradients.keys()].sort());
  [...names.keys()].forEach((name, i) => {
    const [got, wanted] = [ours.gradients.get(name)!, theirs[i]!.data];
    expect(got.length, name).toBe(wanted.length);
    const most = wanted.reduce((max, v) => Math.max(max, Math.abs(v)), 0.01);
    const apart = got.reduce((max, v, at) => Math.max(max, Math.abs(v - wanted[at]!)), 0);
    expect(apart / most, name).toBeLessThan(2e-5);
  });
}

const relu = { low: 0, high: Number.POSITIVE_INFINITY };
const same = [1, 1, 1, 1] as const;
type Part = Partial<ConvShape> & { K: number; clamp?: { low: number; high: number } };
const [small, wide, square] = [
  [4, 8, 9],
  [10, 11, 13],
  [11, 9, 10],
] as const;
const convs: readonly (readonly [string, Part, readonly [number, number, number]])[] = [
  ['3x3 with padding and ReLU', { K: 5, R: 3, S: 3, pad: same, clamp: relu }, small],
  ['1x1', { K: 7 }, small],
  ['5x3 valid', { K: 4, R: 5, S: 3 }, small],
  ['3x3, stride 2', { K: 6, R: 3, S: 3, stride: [2, 2], pad: same }, small],
  ['1x1, stride 2', { K: 3, stride: [2, 2] }, small],
  ['stride 3 by 1, uneven padding', { K: 5, R: 4, S: 3, stride: [3, 1], pad: [0, 2, 1, 0] }, small],
  [
    'dilation 2, ReLU6',
    { K: 4, R: 3, S: 3, dilation: [2, 2], pad: [2, 2, 2, 2], clamp: { low: 0, high: 6 } },
    small,
  ],
  ['2 groups', { K: 6, R: 3, S: 3, pad: same, groups: 2 }, small],
  ['depthwise', { K: 4, R: 3, S: 3, pad: same, groups: 4 }, small],
  [
    'depthwise, 2 filters a channel, stride 2',
    { K: 8, R: 3, S: 3, pad: same, groups: 4, stride: [2, 2] },
    small,
  ],
  ['3x3 by Winograd', { K: 18, R: 3, S: 3, pad: same, clamp: relu }, wide],
  ['5x5 by Winograd', { K: 9, R: 5, S: 5, pad: [2, 2, 2, 2], clamp: relu }, square],
];

describe(`gradients as ONNX Runtime has them${noOrt}`, () => {
  describe.skipIf(!ort)('convolution', () => {
    test.each(convs)('%s', async (name, part, input) => {
      const [C, H, W] = input;
      expect(suitsWinograd({ ...point, C, H, W, ...part })).toBe(name.endsWith('Winograd'));
      await expectSameGradients(around(input, 1, (b, x, random) => addConv(b, 'conv', x, part, random)));
    });
  });

  const pool = { stride: [2, 2], pad: [0, 0, 0, 0], dilation: [1, 1], ceil: false, countPad: false } as const;
  const cases: readonly (readonly [string, (b: ModelBuilder, x: string, random: Random) => string])[] = [
    ['fully connected alone', (_, x) => x],
    ['ReLU', (b, x) => b.add({ name: 'op', op: 'clamp', inputs: [x], clamp: relu })],
    ['2x2 max pool', (b, x) => b.add({ ...pool, name: 'op', op: 'maxPool', kernel: [2, 2], inputs: [x] })],
    [
      '3x3 max pool, stride 2, padded',
      (b, x) => b.add({ ...pool, name: 'op', op: 'maxPool', kernel: [3, 3], pad: same, inputs: [x] }),
    ],
    ['average pool', (b, x) => b.add({ ...pool, name: 'op', op: 'avgPool', kernel: [2, 3], inputs: [x] })],
    [
      'average pool that counts padding',
      (b, x) =>
        b.add({ ...pool, name: 'op', op: 'avgPool', kernel: [3, 3], pad: same, countPad: true, inputs: [x] }),
    ],
    [
      'global average pool',
      (b, x) => b.add({ ...pool, name: 'op', op: 'avgPool', kernel: [8, 9], stride: [1, 1], inputs: [x] }),
    ],
  ];
  test.skipIf(!ort).each(cases)('%s', async (_, add) => {
    await expectSameGradients(around([4, 8, 9], 2, add));
  });

  test.skipIf(!ort)('batch norm, ReLU, convolution', async () => {
    const model = around([4, 8, 9], 3, (b, x, random) => {
      const affine: Pick<AffineLayer, 'scale' | 'shift'> = {
        scale: reals(4, random),
        shift: reals(4, random),
      };
      const norm = b.add({ ...affine, name: 'norm', op: 'affine', inputs: [x] });
      const active = b.add({ name: 'relu', op: 'clamp', inputs: [norm], clamp: relu });
      return addConv(b, 'conv', active, { K: 6, R: 3, S: 3 }, random);
    });
    await expectSameGradients(model, 'batch');
  });
});
