/** What we write is valid ONNX that computes the same: read back by ourselves, and run by ONNX Runtime with any batch. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/infer/evaluate.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Layer } from '../../src/model/layer.ts';
import type { Model } from '../../src/model/model.ts';
import { zoo } from '../../src/model/zoo/index.ts';
import { exportOnnx } from '../../src/onnx/export.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { seeded } from '../../src/tensor/random.ts';
import { volume } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { distance, expectClose } from './close.ts';
import { everyLayer } from './every-layer.ts';
import { outputsOf } from './ours.ts';
import { answers, noOrt, ort, session } from './runtime.ts';

const model = everyLayer();
const feedsOf = ({ inputs }: Model, images = 1): ReadonlyMap<string, Tensor> =>
  new Map(
    inputs.map(({ name, shape: [, ...rest] }) => {
      const random = seeded(9, name);
      const shape = [images, ...rest];
      return [name, { shape, data: Float32Array.from({ length: volume(shape) }, random.normal) }];
    }),
  );

/** The image of a batch. */
const nth = ({ shape: [N = 1, ...rest], data }: Tensor, n: number): Tensor => ({
  shape: [1, ...rest],
  data: data.slice((n * data.length) / N, ((n + 1) * data.length) / N),
});

test('every kind of layer is in the model that is tried', () => {
  const kinds: readonly Layer['op'][] = [
    ...([
      'conv',
      'fc',
      'affine',
      'clamp',
      'leakyRelu',
      'sigmoid',
      'softmax',
      'lrn',
      'maxPool',
      'avgPool',
    ] as const),
    ...([
      'add',
      'concat',
      'reshape',
      'transpose',
      'slice',
      'pad',
      'quantize',
      'dequantize',
      'constant',
    ] as const),
  ];
  expect(new Set(model.layers.map(({ op }) => op))).toEqual(new Set(kinds));
});

test('written and read again, it computes the same numbers', () => {
  const again = importOnnx(exportOnnx(model), { name: model.name });
  const feeds = feedsOf(model);
  const wanted = outputsOf(model, feeds);
  for (const [i, got] of outputsOf(again, feeds).entries())
    expect(distance(got, wanted[i]!), model.outputs[i]).toBe(0);
});

test('written and read twice, no layer is added or lost', () => {
  const outline = (m: Model) => m.layers.map(({ op, name, inputs, shape }) => ({ op, name, inputs, shape }));
  const once = importOnnx(exportOnnx(model), { name: model.name });
  const twice = importOnnx(exportOnnx(once), { name: model.name });
  expect(outline(twice)).toEqual(outline(once));
});

test('the receipts are in the file', () => {
  const { docString, producerName } = fromBinary(ModelProtoSchema, exportOnnx(model));
  expect([producerName, docString]).toEqual(['sense-cnn', 'a test: of every layer']);
});

test('and come back out of it, behind the one of the import', () => {
  const told = [{ madeBy: 'sense train', from: 'glyphs', seed: 3, note: 'half' }, ...model.receipts];
  const [imported, ...earlier] = importOnnx(exportOnnx({ ...model, receipts: told }), { name: 'x' }).receipts;
  expect(imported!.madeBy).toContain('written by sense-cnn');
  expect(earlier).toEqual(told);
});

test.each(['{', 'null', '{"0":1}', '[null, 3, {"madeBy": 5}, []]', `[${'1,'.repeat(60_000)}1]`])(
  'receipts that are not ours are left unread: %.20s',
  (value) => {
    const proto = fromBinary(ModelProtoSchema, exportOnnx(model));
    const metadataProps = [create(StringStringEntryProtoSchema, { key: 'sense-cnn/receipts', value })];
    const file = toBinary(ModelProtoSchema, { ...proto, metadataProps });
    expect(importOnnx(file, { name: 'x' }).receipts).toHaveLength(1);
  },
);

test.each(zoo.map((entry) => [entry.name, entry] as const))('%s keeps its topology', (_, { build }) => {
  const network = build();
  const again = importOnnx(exportOnnx(network), { name: network.name });
  const shapes = (m: Model) =>
    m.layers.filter(({ op }) => op !== 'clamp').map(({ op, shape }) => [op, ...shape]);
  expect(shapes(again)).toEqual(shapes(network));
});

describe.skipIf(!ort)(`ONNX Runtime${noOrt}`, () => {
  test('computes the same numbers', async () => {
    const feeds = feedsOf(model);
    const wanted = outputsOf(model, feeds);
    for (const [i, got] of (await answers(exportOnnx(model), feeds)).entries())
      expectClose(got, wanted[i]!, { within: 1e-5 });
  });

  test('runs a batch, every image for itself', async () => {
    const feeds = feedsOf(model, 3);
    const batch = await answers(exportOnnx(model), feeds);
    for (let image = 0; image < 3; image++) {
      const wanted = outputsOf(
        model,
        new Map([...feeds].map(([name, tensor]) => [name, nth(tensor, image)])),
      );
      for (const [i, got] of batch.entries()) expectClose(nth(got, image), wanted[i]!, { within: 1e-5 });
    }
  });

  test('sees a fixed batch where a layer mixes images', async () => {
    const b = buildModel('mixed', [{ name: 'x', shape: [1, 6] }]);
    b.add({ name: 'y', op: 'reshape', inputs: ['x'], shape: [2, 3] });
    const file = exportOnnx(b.finish(['y'], []));
    const { inputMetadata } = (await session(file)) as unknown as { inputMetadata: { shape: unknown }[] };
    expect(inputMetadata[0]!.shape).toEqual([1, 6]);
  });

  test('averages under dilation, which opset 13 did not know', async () => {
    const b = buildModel('dilated', [{ name: 'x', shape: [1, 2, 7, 7] }]);
    const pool = { kernel: [2, 3], stride: [1, 2], pad: [0, 1, 0, 1], ceil: false, countPad: false } as const;
    b.add({ name: 'y', op: 'avgPool', inputs: ['x'], ...pool, dilation: [2, 1] });
    const dilated = b.finish(['y'], []);
    const feeds = feedsOf(dilated);
    const [got] = await answers(exportOnnx(dilated), feeds);
    expectClose(got!, evaluate(dilated, feeds).get('y')!, { within: 1e-5 });
  });
});
