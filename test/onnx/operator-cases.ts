/** One-node graphs that cover the attributes of every operator; random where the space is large, seeded always. */
import { type Random, seeded } from '../../src/tensor/random.ts';
import { feed, floats, ints, normal, type OneNode, type Operand, scalarInt } from './one-node.ts';

export type Case = OneNode & {
  readonly name: string;
  /** Largest distance allowed, in output units: one code for integer kernels that round at another place. */
  readonly codes?: number;
};

const random = seeded(7, 'operator cases');
const pick = <T>(r: Random, list: readonly T[]): T => list[r.below(list.length)]!;
const times = <T>(count: number, make: (r: Random, i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(random.stream(`${i}`), i));

const window = (r: Random) => ({
  kernel_shape: [1 + r.below(4), 1 + r.below(4)],
  strides: [1 + r.below(3), 1 + r.below(3)],
});

const convs: Case[] = times(40, (r, i) => {
  const groups = pick(r, [1, 1, 2, 4]);
  const [C, K] = [groups * (1 + r.below(3)), groups * (1 + r.below(3))];
  const { kernel_shape, strides } = window(r);
  const [R, S] = kernel_shape as [number, number];
  const auto = pick(r, ['', '', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const dilations = auto.startsWith('SAME') ? [1, 1] : [1 + r.below(2), 1 + r.below(2)];
  const inputs: Operand[] = [feed(1, C, 8 + r.below(5), 8 + r.below(5)), normal([K, C / groups, R, S], r)];
  if (r.below(2)) inputs.push(normal([K], r));
  const padding = auto ? { auto_pad: auto } : { pads: times(4, () => r.below(3)) };
  return {
    name: `Conv #${i} ${auto || 'pads'} ${kernel_shape.join('x')} stride ${strides.join()} groups ${groups}`,
    op: 'Conv',
    opset: pick(r, [7, 11, 13, 22]),
    inputs,
    attributes: { kernel_shape, strides, dilations, group: groups, ...padding },
  };
});

const pools: Case[] = times(60, (r, i) => {
  const op = pick(r, ['MaxPool', 'AveragePool']);
  const { kernel_shape, strides } = window(r);
  // Where a stride skips positions, SAME padding would be negative, which ONNX Runtime's pools do not take.
  const same = kernel_shape.every((k, axis) => k >= strides[axis]!) ? ['SAME_UPPER', 'SAME_LOWER'] : [];
  const auto = pick(r, ['', '', '', 'VALID', ...same]);
  const pads = [0, 1, 0, 1].map((axis) => r.below(kernel_shape[axis]!));
  const opset = op === 'MaxPool' ? pick(r, [8, 10, 12, 22]) : pick(r, [7, 11, 19, 22]);
  const may = (from: number) => opset >= from && r.below(2) === 1;
  const dilated = !auto && may(op === 'MaxPool' ? 10 : 19);
  return {
    name: `${op} #${i} ${auto || `pads ${pads.join()}`} ${kernel_shape.join('x')} stride ${strides.join()} opset ${opset}`,
    op,
    opset,
    inputs: [feed(1, 2, 7 + r.below(6), 7 + r.below(6))],
    attributes: {
      kernel_shape,
      strides,
      ...(auto ? { auto_pad: auto } : { pads }),
      ...(!auto && may(10) ? { ceil_mode: 1 } : {}),
      ...(dilated ? { dilations: [2, 1] } : {}),
      ...(op === 'AveragePool' && r.below(2) ? { count_include_pad: 1 } : {}),
    },
  };
});

const gemms: Case[] = times(12, (r, i) => {
  const [C, K] = [1 + r.below(9), 1 + r.below(9)];
  const [transA, transB] = [i % 4 === 3 ? 1 : 0, i % 2];
  const bias = pick<Operand[]>(r, [
    [],
    [normal([K], r)],
    [normal([1, K], r)],
    [normal([1], r)],
    [normal([], r)],
  ]);
  const shape = transB ? [K, C] : [C, K];
  return {
    name: `Gemm #${i} transA ${transA} transB ${transB}`,
    op: 'Gemm',
    opset: bias.length ? pick(r, [7, 9, 13]) : 13,
    inputs: [
      transA ? feed(1, 1) : feed(1, C),
      normal(transA ? (transB ? [K, 1] : [1, K]) : shape, r),
      ...bias,
    ],
    attributes: { alpha: { float: 1.5 }, beta: { float: 0.5 }, transA, transB },
  };
});

const x4: Operand = feed(1, 4, 5, 6);
const r = random.stream('plain');
const channels = [1, 4, 1, 1];
const arithmetic: Case[] = ['Add', 'Sub', 'Mul', 'Div'].flatMap((op): Case[] => [
  { name: `${op} by one number`, op, inputs: [x4, floats([], 3)] },
  { name: `${op} per channel`, op, inputs: [x4, normal(channels, r)] },
  { name: `${op} per channel, no batch axis`, op, inputs: [x4, normal([4, 1, 1], r)] },
  ...(op === 'Div' ? [] : [{ name: `${op}, constant first`, op, inputs: [normal(channels, r), x4] }]),
]);

const slices: Case[] = [
  {
    name: 'Slice 9 with attributes',
    op: 'Slice',
    opset: 9,
    inputs: [x4],
    attributes: { starts: [1, -4], ends: [3, 1000], axes: [1, 3] },
  },
  {
    name: 'Slice with steps',
    op: 'Slice',
    inputs: [x4, ints(0, 0), ints(1000, 1000), ints(2, 3), ints(2, 2)],
  },
  { name: 'Slice backwards', op: 'Slice', inputs: [x4, ints(-1), ints(-1000), ints(3), ints(-1)] },
  {
    name: 'Slice backwards by two',
    op: 'Slice',
    inputs: [x4, ints(4, -2), ints(0, -100), ints(3, 1), ints(-2, -2)],
  },
  { name: 'Slice with negative axis', op: 'Slice', inputs: [x4, ints(1), ints(-1), ints(-1)] },
  ...times(12, (q, i): Case => {
    const step = pick(q, [1, 2, 3, -1, -2]);
    const [start, end] = step > 0 ? [q.below(3), 4 + q.below(9)] : [3 + q.below(9), -20];
    return {
      name: `Slice #${i}`,
      op: 'Slice',
      inputs: [x4, ints(start), ints(end), ints(2 + q.below(2)), ints(step)],
    };
  }),
];

const pads: Case[] = [
  {
    name: 'Pad 10 with attributes',
    op: 'Pad',
    opset: 10,
    inputs: [x4],
    attributes: { pads: [0, 0, 1, 2, 0, 0, 3, 0], value: { float: 1.5 } },
  },
  { name: 'Pad channels', op: 'Pad', inputs: [x4, ints(0, 2, 0, 0, 0, 3, 0, 0), floats([], 0)] },
  { name: 'Pad without value', op: 'Pad', inputs: [x4, ints(0, 0, 1, 1, 0, 0, 1, 1)] },
  { name: 'Pad that crops', op: 'Pad', inputs: [x4, ints(0, 0, -1, 2, 0, 0, -2, -3), floats([], 2)] },
  { name: 'Pad 18 with axes', op: 'Pad', opset: 18, inputs: [x4, ints(1, 2), floats([], -1), ints(-1)] },
];

const reshapes: Case[] = [
  { name: 'Reshape with 0 and -1', op: 'Reshape', inputs: [x4, ints(0, -1)] },
  { name: 'Reshape to another rank', op: 'Reshape', inputs: [x4, ints(1, 2, 2, 5, 6)] },
  {
    name: 'Reshape 14 with allowzero',
    op: 'Reshape',
    opset: 14,
    inputs: [x4, ints(1, 8, -1)],
    attributes: { allowzero: 1 },
  },
  ...[0, 1, 2, 3, 4, -1].map(
    (axis): Case => ({ name: `Flatten ${axis}`, op: 'Flatten', inputs: [x4], attributes: { axis } }),
  ),
  { name: 'Squeeze 11', op: 'Squeeze', opset: 11, inputs: [feed(1, 4, 1, 3)], attributes: { axes: [2] } },
  { name: 'Squeeze 13', op: 'Squeeze', inputs: [feed(1, 4, 1, 1), ints(-1, 2)] },
  { name: 'Squeeze everything', op: 'Squeeze', inputs: [feed(1, 4, 1, 1)] },
  { name: 'Unsqueeze 11', op: 'Unsqueeze', opset: 11, inputs: [feed(1, 4)], attributes: { axes: [2, 3] } },
  { name: 'Unsqueeze 13', op: 'Unsqueeze', inputs: [feed(1, 4), ints(-1, 1)] },
  { name: 'Transpose', op: 'Transpose', inputs: [x4], attributes: { perm: [0, 2, 3, 1] } },
  { name: 'Transpose without perm', op: 'Transpose', inputs: [x4] },
  { name: 'Gather one entry', op: 'Gather', inputs: [x4, scalarInt(-2)], attributes: { axis: 1 } },
  { name: 'Gather a list of one', op: 'Gather', inputs: [x4, ints(3)], attributes: { axis: 3 } },
  { name: 'Expand that changes nothing', op: 'Expand', inputs: [x4, ints(4, 1, 1)] },
  {
    name: 'Split 11',
    op: 'Split',
    opset: 11,
    outputs: 2,
    inputs: [x4],
    attributes: { axis: 1, split: [1, 3] },
  },
  { name: 'Split 13 equally', op: 'Split', outputs: 2, inputs: [x4], attributes: { axis: -1 } },
  {
    name: 'Split 18 unequally',
    op: 'Split',
    opset: 18,
    outputs: 3,
    inputs: [x4],
    attributes: { axis: 2, num_outputs: 3 },
  },
];

const softmaxes: Case[] = [
  ...[1, 2, 3, -1].map(
    (axis): Case => ({
      name: `Softmax 11 axis ${axis}`,
      op: 'Softmax',
      opset: 11,
      inputs: [x4],
      attributes: { axis },
    }),
  ),
  ...[1, 2, 3, -1].map(
    (axis): Case => ({ name: `Softmax 13 axis ${axis}`, op: 'Softmax', inputs: [x4], attributes: { axis } }),
  ),
  { name: 'Softmax 9 default axis', op: 'Softmax', opset: 9, inputs: [feed(1, 10)] },
  { name: 'Softmax 13 default axis', op: 'Softmax', inputs: [feed(1, 3, 4)] },
];

const batchNorm = (opset: number, x: Operand): Case => ({
  name: `BatchNormalization ${opset} of rank ${(x as { feed: number[] }).feed.length}`,
  op: 'BatchNormalization',
  opset,
  inputs: [x, normal([4], r), normal([4], r), normal([4], r), floats([4], 0.1, 1, 2, 0.01)],
  attributes: { epsilon: { float: 1e-3 } },
});

const rest: Case[] = [
  ...[7, 9, 14, 15].map((opset) => batchNorm(opset, x4)),
  batchNorm(13, feed(1, 4)),
  { name: 'Relu', op: 'Relu', inputs: [x4] },
  { name: 'LeakyRelu', op: 'LeakyRelu', inputs: [x4], attributes: { alpha: { float: 0.2 } } },
  { name: 'LeakyRelu default', op: 'LeakyRelu', inputs: [x4] },
  { name: 'Round', op: 'Round', inputs: [x4] },
  { name: 'Sigmoid', op: 'Sigmoid', inputs: [x4] },
  {
    name: 'Clip 6',
    op: 'Clip',
    opset: 10,
    inputs: [x4],
    attributes: { min: { float: -0.5 }, max: { float: 0.5 } },
  },
  { name: 'Clip 6 without bounds', op: 'Clip', opset: 10, inputs: [x4] },
  { name: 'Clip 13', op: 'Clip', inputs: [x4, floats([], 0), floats([], 6)] },
  { name: 'Clip 13 below only', op: 'Clip', inputs: [x4, floats([], 0.25)] },
  { name: 'Clip 13 above only', op: 'Clip', inputs: [x4, 'none', floats([], 0.25)] },
  { name: 'Clip 13 min above max', op: 'Clip', inputs: [x4, floats([], 2), floats([], 1)] },
  { name: 'GlobalAveragePool', op: 'GlobalAveragePool', inputs: [x4] },
  { name: 'GlobalMaxPool', op: 'GlobalMaxPool', inputs: [x4] },
  { name: 'ReduceMean', op: 'ReduceMean', inputs: [x4], attributes: { axes: [2, 3] } },
  {
    name: 'ReduceMean without keepdims',
    op: 'ReduceMean',
    inputs: [x4],
    attributes: { axes: [-1, -2], keepdims: 0 },
  },
  { name: 'ReduceMean of rows', op: 'ReduceMean', inputs: [x4], attributes: { axes: [2] } },
  {
    name: 'ReduceMean 18',
    op: 'ReduceMean',
    opset: 18,
    inputs: [x4, ints(2, 3)],
    attributes: { keepdims: 0 },
  },
  { name: 'MatMul', op: 'MatMul', inputs: [feed(1, 5), normal([5, 3], r)] },
  { name: 'MatMul of rank 3', op: 'MatMul', inputs: [feed(1, 1, 5), normal([5, 3], r)] },
  {
    name: 'LRN',
    op: 'LRN',
    inputs: [feed(1, 7, 3, 3)],
    attributes: { size: 5, alpha: { float: 0.3 }, beta: { float: 0.75 }, bias: { float: 2 } },
  },
  { name: 'Add of two values', op: 'Add', inputs: [x4, x4] },
  { name: 'Sub of two values', op: 'Sub', inputs: [x4, x4] },
  { name: 'Add by element', op: 'Add', inputs: [x4, normal([5, 6], r)] },
  { name: 'Sub by element', op: 'Sub', inputs: [x4, normal([1, 4, 5, 6], r)] },
  { name: 'Sub from an element each', op: 'Sub', inputs: [normal([6], r), x4] },
  { name: 'Sum of one', op: 'Sum', inputs: [x4] },
  { name: 'Sum of two', op: 'Sum', inputs: [x4, x4] },
  { name: 'Sum of four, one constant', op: 'Sum', inputs: [x4, x4, normal(channels, r), x4] },
  { name: 'Concat of channels', op: 'Concat', inputs: [x4, feed(1, 2, 5, 6)], attributes: { axis: 1 } },
  {
    name: 'Concat with a constant',
    op: 'Concat',
    inputs: [x4, normal([1, 4, 5, 1], r)],
    attributes: { axis: -1 },
  },
  { name: 'Identity', op: 'Identity', inputs: [x4] },
  { name: 'Dropout 7', op: 'Dropout', opset: 7, inputs: [x4], attributes: { ratio: { float: 0.4 } } },
  { name: 'Dropout 13', op: 'Dropout', inputs: [x4, floats([], 0.4)] },
  { name: 'Cast to float', op: 'Cast', inputs: [x4], attributes: { to: 1 } },
];

const bytes = (type: 'uint8' | 'int8', shape: number[], q: Random): Operand => {
  const length = shape.reduce((a, b) => a * b, 1);
  return type === 'uint8'
    ? { constant: shape, data: Uint8Array.from({ length }, () => q.below(256)) }
    : { constant: shape, data: Int8Array.from({ length }, () => q.below(256) - 128) };
};
const point = (type: 'uint8' | 'int8', code: number, shape: number[] = []): Operand => ({
  constant: shape,
  data: type === 'uint8' ? Uint8Array.of(code) : Int8Array.of(code),
});

const quantised: Case[] = (['uint8', 'int8'] as const)
  .flatMap((type): Case[] => [
    { name: `QuantizeLinear ${type}`, op: 'QuantizeLinear', inputs: [x4, floats([], 0.02), point(type, 3)] },
    {
      name: `DequantizeLinear ${type}`,
      op: 'DequantizeLinear',
      inputs: [{ feed: [1, 4, 5, 6], codes: type }, floats([], 0.02), point(type, 100)],
    },
    {
      name: `QLinearConv ${type} weights`,
      op: 'QLinearConv',
      codes: 1,
      inputs: [
        { feed: [1, 4, 6, 7], codes: 'uint8' },
        ...[floats([], 0.02), point('uint8', 120), bytes(type, [6, 2, 3, 3], r), floats([], 0.01)],
        ...[point(type, type === 'uint8' ? 130 : 0), floats([], 0.03), point('uint8', 128)],
        { constant: [6], data: Int32Array.from({ length: 6 }, () => r.below(1000) - 500) },
      ],
      attributes: { group: 2, strides: [2, 1], pads: [1, 0, 1, 2] },
    },
  ])
  .concat([
    { name: 'QuantizeLinear without zero point', op: 'QuantizeLinear', inputs: [x4, floats([], 0.02)] },
    {
      name: 'QLinearConv with a scale a filter',
      op: 'QLinearConv',
      codes: 1,
      inputs: [
        { feed: [1, 3, 5, 5], codes: 'uint8' },
        ...[floats([], 0.02), point('uint8', 0), bytes('int8', [2, 3, 3, 3], r), floats([2], 0.01, 0.02)],
        ...[{ constant: [2], data: Int8Array.of(0, 0) }, floats([], 0.05), point('uint8', 128)],
      ],
    },
    {
      name: 'QLinearMatMul',
      op: 'QLinearMatMul',
      codes: 1,
      inputs: [
        { feed: [1, 9], codes: 'uint8' },
        ...[
          floats([], 0.02),
          point('uint8', 100),
          bytes('uint8', [9, 5], r),
          floats([], 0.01),
          point('uint8', 120),
        ],
        ...[floats([], 0.03), point('uint8', 128)],
      ],
    },
    {
      name: 'QGemm',
      op: 'QGemm',
      domain: 'com.microsoft',
      codes: 1,
      inputs: [
        { feed: [1, 9], codes: 'uint8' },
        ...[
          floats([], 0.02),
          point('uint8', 100),
          bytes('uint8', [5, 9], r),
          floats([], 0.01),
          point('uint8', 120),
        ],
        { constant: [5], data: Int32Array.of(10, -20, 300, 0, 5) },
        ...[floats([], 0.03), point('uint8', 128)],
      ],
      attributes: { transB: 1 },
    },
    {
      name: 'QLinearAdd',
      op: 'QLinearAdd',
      domain: 'com.microsoft',
      codes: 1,
      inputs: [
        { feed: [1, 2, 3, 4], codes: 'uint8' },
        ...[floats([], 0.02), point('uint8', 100)],
        { feed: [1, 2, 3, 4], codes: 'uint8' },
        ...[floats([], 0.03), point('uint8', 50), floats([], 0.05), point('uint8', 90)],
      ],
    },
  ]);

export const cases: readonly Case[] = [
  ...convs,
  ...pools,
  ...gemms,
  ...arithmetic,
  ...slices,
  ...pads,
  ...reshapes,
  ...softmaxes,
  ...rest,
  ...quantised,
];
