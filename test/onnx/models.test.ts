/** Every real network at hand, imported and evaluated, gives ONNX Runtime's numbers; and so does the file we write of it. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { evaluateLayer } from '../../src/infer/evaluate.ts';
import type { Port } from '../../src/model/model.ts';
import { exportOnnx } from '../../src/onnx/export.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { ModelProtoSchema, TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { seeded } from '../../src/tensor/random.ts';
import { volume } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { dataDir, dataFile } from '../data.ts';
import { distance, expectClose, farthest } from './close.ts';
import { operatorForm } from './operator-form.ts';
import { outputsOf } from './ours.ts';
import { answers, noOrt, ort, withEveryValue } from './runtime.ts';

const without = `${noOrt}${dataDir() ? '' : ' (skipped: no networks; set SENSE_DATA_DIR)'}`;

/** What a network was trained on: channel order, and what is taken from and divided into 0 to 255. */
const caffe = { order: [2, 1, 0], mean: [104, 117, 123], divide: 1 };
const tensorflow = { order: [0, 1, 2], mean: [128, 128, 128], divide: 128 };

function photo({ shape }: Port, image: number, { order, mean, divide }: typeof caffe): Tensor {
  const side = 227;
  const pixels = gunzipSync(readFileSync(dataFile('images/golden20_227x227x3_rgb_u8.bin.gz')));
  const [, , H, W] = shape as readonly [number, number, number, number];
  const data = new Float32Array(3 * H * W);
  const [top, left] = [(side - H) >> 1, (side - W) >> 1];
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) {
        const pixel = pixels[((image * side + y + top) * side + x + left) * 3 + order[c]!]!;
        data[(c * H + y) * W + x] = (pixel - mean[c]!) / divide;
      }
  return { shape, data };
}

/** Uniform in [-1, 1): about the range that the small networks were trained with. */
function noise({ name, shape }: Port): Tensor {
  const random = seeded(3, name);
  return { shape, data: Float32Array.from({ length: volume(shape) }, () => 2 * random.uniform() - 1) };
}

/** Conv takes no int8 weights in ONNX, so ONNX Runtime refuses this file; it is asked about the same numbers as floats. */
function withFloatWeights(file: Uint8Array): Uint8Array {
  const INT8 = 3;
  const proto = fromBinary(ModelProtoSchema, file);
  proto.graph!.initializer = proto.graph!.initializer.map((t) => {
    if (t.dataType !== INT8) return t;
    const floats = Float32Array.from(new Int8Array(new Uint8Array(t.rawData).buffer));
    const rawData = new Uint8Array(floats.buffer);
    return create(TensorProtoSchema, { name: t.name, dims: t.dims, dataType: 1, rawData });
  });
  return toBinary(ModelProtoSchema, proto);
}

const networks: readonly (readonly [name: string, feed: (port: Port) => Tensor])[] = [
  ['lenet5_mnist', noise],
  ['lenet5_mnist_dns', noise],
  ['resnet20_cifar10', noise],
  ['mobilenet_v1_0.25_128_fp32', (port) => photo(port, 4, tensorflow)],
  ['squeezenet1_1', (port) => photo(port, 4, caffe)],
  ['squeezenet1_0_deepcompression', (port) => photo(port, 4, caffe)],
  ['googlenet_bvlc', (port) => photo(port, 4, caffe)],
  ['onnx_with_weights/mlperf_tiny_ds_cnn', noise],
  ['onnx_with_weights/mlperf_tiny_mobilenet_v1', noise],
  ['onnx_with_weights/mlperf_tiny_resnet8', noise],
  ['onnx_with_weights/mnist_cntk', noise],
];

const QDQ = 'mobilenet_v1_0.25_128_qdq';

describe.skipIf(!ort || !dataDir())(`real networks against ONNX Runtime${without}`, () => {
  test.each(networks)('%s', async (name, feed) => {
    const file = readFileSync(dataFile(`models/${name}.onnx`));
    const readable = name.endsWith('ds_cnn') ? withFloatWeights(file) : file;
    const model = importOnnx(file, { name });
    const feeds = new Map(model.inputs.map((port) => [port.name, feed(port)]));
    const wanted = await answers(readable, feeds);
    const got = outputsOf(model, feeds);
    const again = await answers(exportOnnx(model), feeds);
    for (const [i, tensor] of wanted.entries()) {
      expectClose(got[i]!, tensor, { within: 1e-4 });
      expect(farthest(got[i]!, tensor), 'relative distance of an element').toBeLessThanOrEqual(1e-4);
      expectClose(again[i]!, tensor, { within: 1e-5 });
    }
    // The last value before a softmax: a probability of exactly 1 would hide what led to it.
    const before = model.layers.findLast(({ op }) => op === 'fc' || op === 'conv' || op === 'avgPool')!.name;
    const logits = (await answers(withEveryValue(readable, [before]), feeds)).at(-1)!;
    const ours = outputsOf({ ...model, outputs: [before] }, feeds)[0]!;
    expectClose(ours, logits, { within: 1e-4 });
    expect(new Set(logits.data).size, 'different answers').toBeGreaterThan(1);
  });

  // A quantised network is not continuous: a value at a rounding tie goes one code up or down by the order in which its
  // sum was added, and later layers carry that on. The mean of 4x4 codes before the classifier is a tie one time in
  // sixteen. So ONNX Runtime's float kernels are a measure layer by layer only, each from its own inputs.
  test(`${QDQ}, layer by layer`, async () => {
    const file = readFileSync(dataFile(`models/${QDQ}.onnx`));
    const model = importOnnx(file, { name: QDQ });
    const feeds = new Map(model.inputs.map((port) => [port.name, photo(port, 4, tensorflow)]));
    const names = model.layers.map((layer) => layer.name);
    const every = await answers(withEveryValue(file, names), feeds);
    const values = new Map([
      ...feeds,
      ...names.map((name, i) => [name, every.at(i - names.length)!] as const),
    ]);
    for (const layer of model.layers) {
      const got = evaluateLayer(
        layer,
        layer.inputs.map((input) => values.get(input)!),
      );
      const apart = distance(got, values.get(layer.name)!);
      if (layer.op === 'quantize' || layer.op === 'dequantize') expect(apart, layer.name).toBe(0);
      else expect(apart, layer.name).toBeLessThanOrEqual(1e-5);
    }
  });

  // ONNX Runtime computes a QDQ file in float or, where a node says so, in integers; the two do not agree with each other.
  // Ours takes the integers that the file means: equal to the integer operators, code for code, on every image.
  test(`${QDQ}, end to end: the integer operators' answer, which ONNX Runtime's own float kernels miss`, async () => {
    const file = readFileSync(dataFile(`models/${QDQ}.onnx`));
    const model = importOnnx(file, { name: QDQ });
    const integers = operatorForm(file);
    const codes = model.layers.findLast(({ op }) => op === 'quantize')!.name;
    let astray = 0;
    for (let image = 0; image < 20; image++) {
      const feeds = new Map(model.inputs.map((port) => [port.name, photo(port, image, tensorflow)]));
      const [answer, logits] = await answers(withEveryValue(integers, [codes]), feeds);
      const [prob, ours] = outputsOf({ ...model, outputs: [...model.outputs, codes] }, feeds);
      expect(ours!.data, `codes of image ${image}`).toEqual(logits!.data);
      expect(distance(prob!, answer!)).toBeLessThanOrEqual(1e-4);
      const [inFloat] = await answers(file, feeds);
      if (distance(inFloat!, answer!) > 1e-4) astray++;
    }
    expect(astray, 'images on which ONNX Runtime differs from itself').toBeGreaterThan(0);
  });
});
