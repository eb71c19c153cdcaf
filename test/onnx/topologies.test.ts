/** Networks stored without their weights: every shape is what ONNX Runtime infers and what the file itself says. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { convLayers, modelMacs, modelWeights } from '../../src/model/model.ts';
import { exportOnnx } from '../../src/onnx/export.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { ModelProtoSchema, type ValueInfoProto } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { dataDir, dataFile } from '../data.ts';
import { inferredShapes, noOrt, ort, withEveryValue } from './runtime.ts';

const folder = 'models/onnx_topologies';
const files = dataDir() ? readdirSync(dataFile(folder)).filter((name) => name.endsWith('.onnx')) : [];
const read = (name: string): Uint8Array => readFileSync(dataFile(`${folder}/${name}`));

const shapeOf = ({ type }: ValueInfoProto): readonly number[] | undefined =>
  type?.value.case === 'tensorType'
    ? type.value.value.shape?.dim.map(({ value }) =>
        value.case === 'dimValue' ? Number(value.value) : Number.NaN,
      )
    : undefined;

describe.skipIf(!dataDir())('topologies (skipped without networks: set SENSE_DATA_DIR)', () => {
  test.each(files)('%s agrees with the shapes in the file', (name) => {
    const file = read(name);
    const model = importOnnx(file, { name });
    const { graph } = fromBinary(ModelProtoSchema, file);
    const stated = new Map([...graph!.valueInfo, ...graph!.output].map((info) => [info.name, shapeOf(info)]));
    const checked = model.layers.filter((layer) => stated.has(layer.name));
    expect(checked.length).toBeGreaterThan(0);
    for (const layer of checked) expect(layer.shape, layer.name).toEqual(stated.get(layer.name));
  });

  test.each(files)('%s holds no weights, and says so', (name) => {
    const model = importOnnx(read(name), { name });
    expect(convLayers(model).every(({ weight, bias }) => weight === undefined && bias === undefined)).toBe(
      true,
    );
    expect(model.receipts.map(({ note }) => note).join()).toContain('no weights in the file, topology only');
    // The next import of what we write knows as little.
    const again = importOnnx(exportOnnx(model), { name });
    expect(convLayers(again).map(({ conv }) => conv)).toEqual(convLayers(model).map(({ conv }) => conv));
    expect(convLayers(again).some(({ weight }) => weight !== undefined)).toBe(false);
  });

  // He et al., CVPR 2016, table 1 gives 3.8e9 for ResNet-50 and 1.8e9 for ResNet-18; Sandler et al., CVPR 2018, table 4
  // 300 M and 3.4 M parameters for MobileNetV2; Simonyan and Zisserman 2015, table 2, 144 M parameters for VGG-19.
  test.each([
    ['light_resnet50', { macs: 3.8e9 }],
    ['zigzag_resnet18', { macs: 1.8e9 }],
    ['zigzag_mobilenetv2', { macs: 300e6, weights: 3.4e6 }],
    ['light_vgg19', { weights: 144e6 }],
  ])('%s has the published size', (name, { macs, weights }: { macs?: number; weights?: number }) => {
    const model = importOnnx(read(`${name}.onnx`), { name });
    if (macs) expect(Math.abs(modelMacs(model) / macs - 1)).toBeLessThan(0.08);
    if (weights) expect(Math.abs(modelWeights(model) / weights - 1)).toBeLessThan(0.03);
  });

  describe.skipIf(!ort)(`every value${noOrt}`, () => {
    test.each(files.filter((name) => name.startsWith('light')))(
      '%s has the shapes ONNX Runtime infers',
      async (name) => {
        const file = read(name);
        const model = importOnnx(file, { name });
        const names = new Set(fromBinary(ModelProtoSchema, file).graph!.node.flatMap(({ output }) => output));
        const layers = model.layers.filter((layer) => names.has(layer.name));
        const shapes = await inferredShapes(
          withEveryValue(
            file,
            layers.map((layer) => layer.name),
          ),
        );
        expect(layers.length).toBeGreaterThan(15);
        for (const layer of layers) expect(layer.shape, layer.name).toEqual(shapes.get(layer.name));
      },
    );
  });
});
