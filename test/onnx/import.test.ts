/** What is read between the lines of an ONNX file: batch, open shapes, external data, the integers behind weights. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import type { ConvLayer } from '../../src/model/layer.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { StringStringEntryProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { changed, complaint, complaintOf, convolved, image, model, plain, weight } from './complaints.ts';
import { floatTensor, int64Tensor, type SmallGraph } from './small-graph.ts';

describe('inputs', () => {
  test.each([
    ['a symbol', 'N'],
    ['8', 8],
    ['not known', 0],
  ])('a batch that is %s becomes 1', (_, batch) =>
    expect(model({ ...plain, inputs: [{ name: 'x', shape: [batch, 1, 4, 4] }] }).inputs).toEqual([
      { name: 'x', shape: [1, 1, 4, 4] },
    ]),
  );

  test.each([[[8, 16]], [[8, -1]], [[-1, 16]], [[0, -1]]])(
    'a graph fixed to batch 8 that reshapes to %j',
    (target) => {
      const constants = new Map([['s', int64Tensor(...target)]]);
      const nodes = [{ op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] }];
      const made = model({ inputs: [{ name: 'x', shape: [8, 1, 4, 4] }], constants, nodes, outputs: ['y'] });
      expect(made.layers[0]!.shape).toEqual([1, 16]);
    },
  );
  test('a graph fixed to batch 8 that mixes images is refused', () => {
    const constants = new Map([['s', int64Tensor(4, 32)]]);
    const nodes = [{ op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] }];
    expect(
      complaintOf({ inputs: [{ name: 'x', shape: [8, 1, 4, 4] }], constants, nodes, outputs: ['y'] }),
    ).toContain('[1,1,4,4] does not reshape to [4,32]');
  });

  const open: SmallGraph = { ...plain, inputs: [{ name: 'x', shape: ['N', 3, 'H', 'W'] }] };
  test('open dimensions ask for a shape', () =>
    expect(complaintOf(open)).toBe(
      'dimension 2 of its shape [?,3,?,?] is open | input "x" | give its shape, e.g. inputShapes [1, 3, 224, 224]',
    ));
  test('no shape at all asks for one', () =>
    expect(complaintOf({ ...plain, inputs: [{ name: 'x', shape: undefined }] })).toContain(
      'the file does not say its shape',
    ));
  test('a given shape closes them', () =>
    expect(model(open, { inputShapes: new Map([['x', [1, 3, 8, 8]]]) }).layers[0]!.shape).toEqual([
      1, 3, 8, 8,
    ]));
  test('a given shape that contradicts the file', () =>
    expect(complaintOf(open, { inputShapes: new Map([['x', [1, 1, 8, 8]]]) })).toContain(
      "[1,1,8,8] contradicts the file's [?,3,?,?]",
    ));
  test('a shape for an input that is not there', () =>
    expect(complaintOf(open, { inputShapes: new Map([['y', [1, 1, 8, 8]]]) })).toMatch(
      /"y", which is no input of the model \| inputs: x/,
    ));
  test('an input of text', () =>
    expect(complaintOf({ ...plain, inputs: [{ ...image, type: 8 }] })).toContain('type string'));
  test('an input of whole numbers', () =>
    expect(complaintOf({ ...plain, inputs: [{ ...image, type: 7 }] })).toContain('it holds int64'));
});

describe('external data', () => {
  const bytes = new Uint8Array(weight.data.buffer);
  const outside = (entries: Record<string, string>): Uint8Array =>
    changed(convolved, ({ graph }) => {
      const [tensor] = graph!.initializer;
      tensor!.rawData = new Uint8Array();
      tensor!.dataLocation = 1;
      tensor!.externalData = Object.entries(entries).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      );
    });
  const external = (location: string) =>
    location === 'w.bin' ? Uint8Array.of(0, 0, 0, 0, ...bytes) : undefined;
  const read = (entries: Record<string, string>) => importOnnx(outside(entries), { name: 'test', external });

  test('is read from where the file says', () => {
    const [layer] = read({ location: 'w.bin', offset: '4', length: '72' }).layers as [ConvLayer];
    expect(layer.weight!.data).toEqual(weight.data);
  });
  test('not there: topology only, and the receipt says so', () => {
    const made = read({ location: 'gone.bin' });
    expect((made.layers[0] as ConvLayer).weight).toBeUndefined();
    expect(made.receipts[1]!.note).toBe('no weights in the file, topology only: 1 layers (y)');
  });
  test('too short', () =>
    expect(complaint(() => read({ location: 'w.bin', offset: '40', length: '72' }))).toContain(
      'external data at 40 to 112 of "w.bin", which holds 76 bytes | initializer "w"',
    ));
  test('of another length', () =>
    expect(complaint(() => read({ location: 'w.bin' }))).toContain(
      'it needs 72 bytes for 18 elements of float, the file holds 76',
    ));
  test.each(['/etc/passwd', '../w.bin', 'a/../../w.bin', 'C:\\w.bin', '..\\w.bin', ''])(
    'never outside: %s',
    (location) =>
      expect(complaint(() => read({ location }))).toContain('only files beside the model are read'),
  );
  test('an offset that is no number', () =>
    expect(complaint(() => read({ location: 'w.bin', offset: '-4' }))).toContain(
      'external data with offset "-4"',
    ));
});

describe('quantised weights', () => {
  const constants = new Map<
    string,
    NonNullable<SmallGraph['constants']> extends ReadonlyMap<string, infer T> ? T : never
  >([
    ['q', { shape: [2, 1, 1, 1], data: Uint8Array.of(7, 200) }],
    ['s', floatTensor([2], 0.5, 0.25)],
    ['z', { shape: [2], data: Uint8Array.of(5, 128) }],
  ]);
  const nodes = (axis: number) => [
    { op: 'DequantizeLinear', inputs: ['q', 's', 'z'], outputs: ['w'], attributes: { axis } },
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] },
  ];
  test('become floats, and keep their integers for exact arithmetic', () => {
    const [layer] = model({ ...plain, constants, nodes: nodes(0) }).layers as [ConvLayer];
    expect(layer.weight!.data).toEqual(Float32Array.of(1, 18));
    expect(layer.codes).toEqual({
      data: Uint8Array.of(7, 200),
      scale: Float32Array.of(0.5, 0.25),
      zeroPoint: Int32Array.of(5, 128),
    });
  });
  test('whose scales lie along another axis', () =>
    expect(complaintOf({ ...plain, constants, nodes: nodes(1) })).toContain(
      '"s" has 2 scales for 1 entries along axis 1',
    ));
  test('keep their integers through a transposed product', () => {
    const made = model({
      inputs: [{ name: 'x', shape: ['N', 3] }],
      constants: new Map([
        ...constants,
        ['q', { shape: [2, 3], data: Int8Array.of(1, 2, 3, 4, 5, 6) }],
        ['z', { shape: [2], data: Int8Array.of(0, 1) }],
      ]),
      nodes: [
        { op: 'DequantizeLinear', inputs: ['q', 's', 'z'], outputs: ['w'], attributes: { axis: 0 } },
        { op: 'Gemm', inputs: ['x', 'w'], outputs: ['straight'], attributes: { transB: 1 } },
        { op: 'Transpose', inputs: ['w'], outputs: ['turned'] },
        { op: 'MatMul', inputs: ['x', 'turned'], outputs: ['product'] },
      ],
      outputs: ['straight', 'product'],
    });
    for (const layer of made.layers as ConvLayer[]) {
      expect(layer.weight).toEqual({
        shape: [2, 3, 1, 1],
        data: Float32Array.of(0.5, 1, 1.5, 0.75, 1, 1.25),
      });
      expect(layer.codes).toEqual({
        data: Int8Array.of(1, 2, 3, 4, 5, 6),
        scale: Float32Array.of(0.5, 0.25),
        zeroPoint: Int32Array.of(0, 1),
      });
    }
  });
});
