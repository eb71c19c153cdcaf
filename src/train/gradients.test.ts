/** Every gradient against finite differences of the plain float64 twin, operator by operator and on random networks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addConv, around, expectGradients, point, reals } from '../../test/fixtures/gradient-check.ts';
import { randomModel } from '../../test/fixtures/random-model.ts';
import type { ModelBuilder } from '../model/build.ts';
import { isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { type Random, seeded } from '../tensor/random.ts';
import { lossAndGradients, parametersOf } from './network.ts';
import { trainablePart } from './program.ts';
import { suitsWinograd } from './stages/winograd.ts';

const same = [1, 1, 1, 1] as const;
const convs: readonly (readonly [
  string,
  Partial<ConvShape> & { K: number; clamp?: { low: number; high: number } },
])[] = [
  [
    '3x3 with padding and ReLU',
    { K: 5, R: 3, S: 3, pad: same, clamp: { low: 0, high: Number.POSITIVE_INFINITY } },
  ],
  ['1x1', { K: 7 }],
  ['valid 3x2', { K: 4, R: 3, S: 2 }],
  ['stride 2', { K: 6, R: 3, S: 3, stride: [2, 2], pad: same }],
  ['1x1, stride 2: pixels that no tap reads', { K: 3, stride: [2, 2] }],
  ['stride 3 by 1, uneven padding', { K: 5, R: 4, S: 3, stride: [3, 1], pad: [0, 2, 1, 0] }],
  [
    'dilation 2, ReLU6',
    { K: 4, R: 3, S: 3, dilation: [2, 2], pad: [2, 2, 2, 2], clamp: { low: 0, high: 6 } },
  ],
  ['dilation 3, stride 2', { K: 2, R: 2, S: 3, dilation: [3, 2], stride: [2, 2], pad: [3, 1, 2, 3] }],
  ['2 groups', { K: 6, R: 3, S: 3, pad: same, groups: 2 }],
  ['depthwise', { K: 4, R: 3, S: 3, pad: same, groups: 4 }],
  [
    'depthwise with 2 filters a channel, stride 2',
    { K: 8, R: 3, S: 3, pad: same, groups: 4, stride: [2, 2] },
  ],
  ['filter as large as the ifmap', { K: 5, R: 7, S: 9, clamp: { low: -0.5, high: 0.5 } }],
];

describe('convolution', () => {
  test.each(convs)('%s', (_, part) => {
    expectGradients(
      around([4, 7, 9], 1, (b, from, random) => addConv(b, 'conv', from, part, random)),
      2,
    );
  });

  test("Winograd's way, over the edge of a map of 7 x 15, with a clamp", () => {
    const clamp = { low: 0, high: Number.POSITIVE_INFINITY };
    const part = { K: 9, R: 3, S: 3, pad: [1, 0, 0, 2] as const, clamp };
    expect(suitsWinograd({ ...point, C: 8, H: 8, W: 15, ...part })).toBe(true);
    expectGradients(
      around([8, 8, 15], 1, (b, from, random) => addConv(b, 'conv', from, part, random)),
      2,
    );
  });

  test("Winograd's way with 5x5 filters, over the edge", () => {
    const clamp = { low: -1, high: 1 };
    const part = { K: 10, R: 5, S: 5, pad: [2, 1, 2, 2] as const, clamp };
    expect(suitsWinograd({ ...point, C: 9, H: 7, W: 9, ...part })).toBe(true);
    expectGradients(
      around([9, 7, 9], 1, (b, from, random) => addConv(b, 'conv', from, part, random)),
      2,
    );
  });

  test('any loop bounds', () => {
    const upTo = (max: number, min = 1) => fc.integer({ min, max });
    const any = fc.record({
      channels: upTo(3),
      filters: upTo(5),
      groups: upTo(3),
      R: upTo(3),
      S: upTo(3),
      stride: fc.tuple(upTo(3), upTo(3)),
      pad: fc.tuple(upTo(2, 0), upTo(2, 0), upTo(2, 0), upTo(2, 0)),
      dilation: fc.tuple(upTo(2), upTo(2)),
      H: upTo(8, 5),
      W: upTo(8, 5),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(any, ({ channels, filters, groups, H, W, seed, ...rest }) => {
        const part = { ...rest, K: filters * groups, groups };
        expectGradients(
          around([channels * groups, H, W], seed, (b, from, random) =>
            addConv(b, 'conv', from, part, random),
          ),
          seed,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('operators', () => {
  const pool = {
    kernel: [2, 2],
    stride: [2, 2],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    ceil: false,
    countPad: false,
  } as const;
  const cases: readonly (readonly [string, (b: ModelBuilder, from: string, random: Random) => string])[] = [
    [
      'ReLU',
      (b, x) =>
        b.add({ name: 'op', op: 'clamp', inputs: [x], clamp: { low: 0, high: Number.POSITIVE_INFINITY } }),
    ],
    [
      'clamp to [-0.3, 0.7]',
      (b, x) => b.add({ name: 'op', op: 'clamp', inputs: [x], clamp: { low: -0.3, high: 0.7 } }),
    ],
    ['leaky ReLU', (b, x) => b.add({ name: 'op', op: 'leakyRelu', inputs: [x], alpha: 0.1 })],
    ['sigmoid', (b, x) => b.add({ name: 'op', op: 'sigmoid', inputs: [x] })],
    ['2x2 max pool, odd map', (b, x) => b.add({ ...pool, name: 'op', op: 'maxPool', inputs: [x] })],
    [
      '3x3 max pool, stride 2, ceil',
      (b, x) =>
        b.add({
          ...pool,
          name: 'op',
          op: 'maxPool',
          kernel: [3, 3],
          pad: [1, 1, 0, 0],
          ceil: true,
          inputs: [x],
        }),
    ],
    [
      'average pool over padding',
      (b, x) =>
        b.add({ ...pool, name: 'op', op: 'avgPool', kernel: [3, 2], pad: same, countPad: true, inputs: [x] }),
    ],
    [
      'average pool, padding not counted',
      (b, x) => b.add({ ...pool, name: 'op', op: 'avgPool', kernel: [3, 3], pad: same, inputs: [x] }),
    ],
    ['add of a value and itself', (b, x) => b.add({ name: 'op', op: 'add', inputs: [x, x] })],
    [
      'residual: a value that two layers read',
      (b, x, random) => {
        const branch = addConv(b, 'branch', x, { K: 4, R: 3, S: 3, pad: same }, random);
        return b.add({ name: 'op', op: 'add', inputs: [branch, x] });
      },
    ],
    [
      'concat along channels',
      (b, x, random) =>
        b.add({ name: 'op', op: 'concat', axis: 1, inputs: [x, addConv(b, 'c', x, { K: 3 }, random), x] }),
    ],
    ['concat along columns', (b, x) => b.add({ name: 'op', op: 'concat', axis: 3, inputs: [x, x] })],
    [
      "slice and pad: ResNet's option A",
      (b, x) => {
        const sliced = b.add({
          name: 's',
          op: 'slice',
          inputs: [x],
          start: [0, 0, 0, 0],
          step: [1, 1, 2, 2],
          shape: [1, 4, 4, 5],
        });
        return b.add({
          name: 'op',
          op: 'pad',
          inputs: [sliced],
          before: [0, 2, 0, 0],
          value: 0.5,
          shape: [1, 8, 4, 5],
        });
      },
    ],
    ['transpose', (b, x) => b.add({ name: 'op', op: 'transpose', inputs: [x], perm: [0, 3, 1, 2] })],
    [
      'local response normalisation',
      (b, x) => b.add({ name: 'op', op: 'lrn', inputs: [x], size: 3, alpha: 0.9, beta: 0.75, bias: 1.5 }),
    ],
    [
      'local response normalisation over an even window, read twice',
      (b, x) => {
        const normed = b.add({ name: 'n', op: 'lrn', inputs: [x], size: 2, alpha: 2, beta: 0.5, bias: 1 });
        return b.add({ name: 'op', op: 'add', inputs: [normed, x] });
      },
    ],
    [
      'scale and shift',
      (b, x, random) =>
        b.add({ name: 'op', op: 'affine', inputs: [x], scale: reals(4, random), shift: reals(4, random) }),
    ],
    [
      'one scale for all',
      (b, x, random) =>
        b.add({ name: 'op', op: 'affine', inputs: [x], scale: reals(1, random), shift: reals(1, random) }),
    ],
  ];
  test.each(cases)('%s', (_, add) => {
    expectGradients(around([4, 7, 9], 3, add), 4);
  });

  test('2x2 max pool on a wide map, read twice', () => {
    const model = around([2, 6, 20], 5, (b, x) => {
      const once = b.add({ ...pool, name: 'once', op: 'maxPool', inputs: [x] });
      const twice = b.add({ ...pool, name: 'twice', op: 'maxPool', inputs: [x] });
      return b.add({ name: 'op', op: 'add', inputs: [once, twice] });
    });
    expectGradients(model, 6);
  });

  const normed = () =>
    around([4, 7, 9], 7, (b, x, random) => {
      const norm = b.add({
        name: 'norm',
        op: 'affine',
        inputs: [x],
        scale: reals(4, random),
        shift: reals(4, random),
      });
      return b.add({
        name: 'op',
        op: 'clamp',
        inputs: [norm],
        clamp: { low: 0, high: Number.POSITIVE_INFINITY },
      });
    });
  test('batch norm', () => {
    expectGradients(normed(), 8, { norms: 'batch' });
  });
  test('dropout', () => {
    const dropout = new Map(
      [
        ['first', 0.4],
        ['flat', 0.2],
      ].filter(([name]) => name === 'first') as [string, number][],
    );
    expectGradients(normed(), 9, { dropout });
  });
});

describe('losses', () => {
  const model = around([2, 4, 4], 10, (_, x) => x);
  test('label smoothing', () => expectGradients(model, 11, { loss: { labelSmoothing: 0.1 } }));
  test('distillation', () =>
    expectGradients(model, 12, { teacher: true, loss: { temperature: 3, teacherShare: 0.7 } }));
});

describe('masks', () => {
  const model = around([4, 5, 5], 13, (b, x, random) =>
    addConv(b, 'conv', x, { K: 4, R: 3, S: 3, pad: same }, random),
  );
  const masks = new Map([['conv/weight', Uint8Array.from({ length: 144 }, (_, i) => i % 2)]]);
  test('straight through: pruned weights get the gradient they would have at zero', () => {
    expectGradients(model, 14, { masks });
  });
  test('otherwise they get none', () => {
    const images = { shape: [1, 4, 5, 5], data: reals(100, seeded(1)) };
    const batch = { images, labels: Int32Array.of(1) };
    const { gradients } = lossAndGradients(model, parametersOf(model), batch, { masks });
    const own = gradients.get('conv/weight')!;
    expect(own.every((g, i) => i % 2 === 1 || g === 0)).toBe(true);
    expect(own.some((g) => g !== 0)).toBe(true);
  });
});

describe('random networks with branches', () => {
  /**
   * Small weights, for values that grow from layer to layer would leave differences without meaning; and affine layers
   * that are no identity: behind a ReLU those hand on its zeros to the next, which then stands at a kink.
   */
  const tamed = (model: Model, seed: number): Model => {
    const random = seeded(seed, 'off the kinks');
    const moved = (values: Float32Array) => values.map((v) => v + 0.1 * random.normal());
    const layers = model.layers.map((layer) => {
      if (layer.op === 'affine') return { ...layer, scale: moved(layer.scale), shift: moved(layer.shift) };
      if (!isConv(layer) || !layer.weight) return layer;
      const data = layer.weight.data.map((w) => w / Math.sqrt(layer.conv.C * layer.conv.R ** 2));
      return { ...layer, weight: { ...layer.weight, data } };
    });
    return { ...model, layers, outputs: model.outputs.slice(0, 1) };
  };

  test('have the gradients that differences show', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const model = tamed(randomModel(seed), seed);
        fc.pre(trainablePart(model).layers.some((layer) => isConv(layer) || layer.op === 'affine'));
        expectGradients(model, seed, { least: 0 });
      }),
      // Two whose second ReLU stood at 0 before they were tamed: one with one slope to each side, one with two kinks.
      { numRuns: 40, examples: [[1911465002], [2104131269]] },
    );
  });
});
