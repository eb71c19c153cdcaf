/** The zoo's topologies against published totals, and its densities against the measurements they came from. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../../test/data.ts';
import { denseMacs } from '../../tensor/conv.ts';
import type { Layer } from '../layer.ts';
import { convLayers, type Model, modelMacs, modelWeights } from '../model.ts';
import { findZoo, zoo } from './index.ts';
import { convNames } from './topology.ts';

const filters = (model: Model): number => convLayers(model).reduce((sum, { conv }) => sum + conv.K, 0);
const shapeOf = (model: Model, name: string) => model.layers.find((layer) => layer.name === name)?.shape;

describe('published totals', () => {
  // Sze et al., Proc. IEEE 2017, Table II: 61 M weights, 724 M MACs; Caffe's file has 60,965,224 parameters.
  test('alexnet', () => {
    const model = findZoo('alexnet').build();
    expect(modelMacs(model)).toBe(724_406_816);
    expect(modelWeights(model) + filters(model)).toBe(60_965_224);
  });

  // Chen et al., Eyeriss, JSSC 2017, Table V: MACs of the conv layers in 10^9, for a batch of 4.
  test('alexnet, layer by layer', () => {
    const macs = convLayers(findZoo('alexnet').build()).slice(0, 5);
    expect(macs.map(({ conv }) => ((4 * denseMacs(conv)) / 1e9).toFixed(2))).toEqual([
      '0.42',
      '0.90',
      '0.60',
      '0.45',
      '0.30',
    ]);
  });

  // Simonyan and Zisserman, ICLR 2015, Table 2: 138 M parameters; Keras Applications lists 138,357,544.
  // Sze et al., Proc. IEEE 2017, Table II: 15.5 G MACs.
  test('vgg16', () => {
    const model = findZoo('vgg16').build();
    expect(modelWeights(model) + filters(model)).toBe(138_357_544);
    expect((modelMacs(model) / 1e9).toFixed(1)).toBe('15.5');
  });

  // He et al., CVPR 2016, Table 1: 3.8e9 multiply-adds. torchvision's resnet50 has 25,557,032 parameters,
  // of which 2 x 26,560 are batch norm's and 1,000 the classifier's biases.
  test('resnet50', () => {
    const model = findZoo('resnet50').build();
    expect(modelWeights(model)).toBe(25_557_032 - 2 * 26_560 - 1000);
    expect(modelMacs(model) / 1e9).toBeCloseTo(3.86, 2); // Sze et al., Proc. IEEE 2017, Table II: 3.9 G
  });

  // torchvision model card, ResNet50_Weights: 4.09 GFLOPS (multiply-adds), the same parameters.
  test('resnet50_v1_5', () => {
    const model = findZoo('resnet50_v1_5').build();
    expect(modelWeights(model)).toBe(modelWeights(findZoo('resnet50').build()));
    expect((modelMacs(model) / 1e9).toFixed(2)).toBe('4.09');
  });

  // data/models/MODELS.md, googlenet_bvlc.onnx: MACs and parameters, biases among them.
  test('googlenet', () => {
    const model = findZoo('googlenet').build();
    expect(modelMacs(model)).toBe(1_582_671_872);
    expect(modelWeights(model) + filters(model)).toBe(6_998_552);
  });

  // Howard et al., arXiv:1704.04861, Table 4: 569 million multiply-adds, 4.2 million parameters. Keras Applications
  // lists 4,253,864, of which 4 x 10,944 are batch norm's and 1,000 the classifier's biases.
  test('mobilenet_v1', () => {
    const model = findZoo('mobilenet_v1').build();
    expect((modelMacs(model) / 1e6).toFixed(0)).toBe('569');
    expect(modelWeights(model)).toBe(4_253_864 - 4 * 10_944 - 1000);
  });

  // data/models/MODELS.md, squeezenet1_1.onnx.
  test('squeezenet1_1', () => {
    const model = findZoo('squeezenet1_1').build();
    expect(modelMacs(model)).toBe(387_747_520);
    expect(modelWeights(model) + filters(model)).toBe(1_235_496);
  });

  // data/models/MODELS.md, resnet20_cifar10.onnx: 269,722 parameters, of which 2 x 688 batch norm's and 10 biases.
  test('resnet20', () => {
    const model = findZoo('resnet20').build();
    expect(modelMacs(model)).toBe(40_551_040);
    expect(modelWeights(model)).toBe(269_722 - 2 * 688 - 10);
  });

  // data/models/MODELS.md, lenet5_mnist.onnx.
  test('lenet5', () => {
    const model = findZoo('lenet5').build();
    expect(modelMacs(model)).toBe(2_293_000);
    expect(modelWeights(model) + filters(model)).toBe(431_080);
  });

  // Small networks of our own, nobody's totals: output pixels x filters x weights a filter, summed by hand.
  test('vgg_small', () => {
    const model = findZoo('vgg_small').build();
    const convs = 1024 * 32 * 27 + 256 * 64 * 288 + 64 * 128 * (576 + 1152);
    expect(modelMacs(model)).toBe(convs + 2048 * 256 + 2560);
    expect(modelWeights(model)).toBe(32 * 27 + 64 * 288 + 128 * (576 + 1152) + 2048 * 256 + 2560);
  });
  test('mobilenet_small', () => {
    const model = findZoo('mobilenet_small').build();
    const depthwise = 9 * (1024 * 16 + 256 * (32 + 64) + 64 * (64 + 128) + 16 * (128 + 256));
    const pointwise = 1024 * 16 * 32 + 256 * 64 * (32 + 64) + 64 * 128 * (64 + 128) + 16 * 256 * (128 + 256);
    expect(modelMacs(model)).toBe(1024 * 16 * 27 + depthwise + pointwise + 2560);
    expect(modelMacs(model)).toBe(6_222_336);
    expect(modelWeights(model)).toBe(138_720);
  });
});

describe('map sizes of the papers', () => {
  test.each([
    ['alexnet', 'pool5', [1, 256, 6, 6]], // Caffe bvlc_alexnet: 9216 inputs to fc6
    ['vgg16', 'pool5', [1, 512, 7, 7]], // Simonyan and Zisserman: 25,088 inputs to fc6
    ['resnet50', 'pool1', [1, 64, 56, 56]], // He et al., Table 1
    ['resnet50', 'res5c', [1, 2048, 7, 7]], // He et al., Table 1
    ['googlenet', 'inception_3b/output', [1, 480, 28, 28]], // Szegedy et al., Table 1
    ['googlenet', 'inception_5b/output', [1, 1024, 7, 7]], // Szegedy et al., Table 1
    ['mobilenet_v1', 'MobilenetV1/Conv2d_13_pointwise', [1, 1024, 7, 7]], // Howard et al., Table 1
    ['squeezenet1_1', 'fire9/concat', [1, 512, 14, 14]], // Caffe, 227x227 with pools rounded up
    ['resnet20', 'layer3.2.out', [1, 64, 8, 8]], // He et al., section 4.2
    ['lenet5', 'pool2', [1, 50, 4, 4]], // Caffe lenet
    ['vgg_small', 'pool3', [1, 128, 4, 4]],
    ['mobilenet_small', 'conv7_pointwise', [1, 256, 4, 4]],
  ])('%s %s', (network, layer, shape) => expect(shapeOf(findZoo(network).build(), layer)).toEqual(shape));
});

describe.each(zoo)('$name', (entry) => {
  const model = entry.build();

  test('cites its paper', () => expect(entry.cite).toMatch(/\b(19|20)\d\d\b|arXiv:\d{4}/));
  test('has no weights, only a topology', () =>
    expect(convLayers(model).every((layer) => layer.weight === undefined)).toBe(true));
  test('every layer comes after what it reads', () => {
    const seen = new Set(model.inputs.map((port) => port.name));
    for (const layer of model.layers as readonly Layer[]) {
      for (const input of layer.inputs) expect(seen).toContain(input);
      seen.add(layer.name);
    }
  });
  test('says a density and its source for every conv and FC layer, and for no other', () => {
    expect([...entry.densities.keys()].sort()).toEqual([...convNames(model)].sort());
    for (const { ifmap, source } of entry.densities.values()) {
      expect(ifmap).toBeGreaterThan(0);
      expect(ifmap).toBeLessThanOrEqual(1);
      expect(source).toMatch(/^(assumed|measured): |\b20\d\d\b/);
    }
  });
  test('an ofmap density apart is said of layers in front of an LRN only', () => {
    for (const layer of entry.ofmapDensities.keys())
      expect(model.layers.find(({ inputs }) => inputs.includes(layer))?.op).toBe('lrn');
  });
});

test('resnet50 has 45 to 55 % zeros on average, as published for the whole network', () => {
  const ifmaps = [...findZoo('resnet50').densities.values()].map(({ ifmap }) => ifmap);
  const zeros = 1 - ifmaps.reduce((sum, ifmap) => sum + ifmap, 0) / ifmaps.length;
  expect(zeros).toBeGreaterThan(0.45);
  expect(zeros).toBeLessThan(0.55);
});

test('an unknown network gets the nearest one suggested', () => {
  expect(() => findZoo('VGG-16')).toThrow(
    expect.objectContaining({
      message: 'no zoo network is named "VGG-16"',
      hint: expect.stringContaining('did you mean "vgg16"?'),
    }),
  );
  expect(() => findZoo('inceptionresnetv2xyz')).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/^known: alexnet/) }),
  );
});

/** Layers that read one ReLU's output untouched, by the ReLU's name in the measurements. */
const behindOneRelu: Readonly<Record<string, (layer: string) => string | undefined>> = {
  googlenet: (layer) => {
    const [module, , kernel] = /^(inception_\w\w|conv2)\/((3x3|5x5))$/.exec(layer)?.slice(1) ?? [];
    return module && `${module}/relu_${kernel}_reduce`;
  },
  'squeezenet_v1.1': (layer) => /^(fire\d)\/expand/.exec(layer)?.[1]?.concat('/relu_squeeze1x1'),
  resnet20_cifar10: (layer) => /^(layer\d\.\d)\.conv2$/.exec(layer)?.[1]?.concat('.relu1'),
};

describe.skipIf(!dataDir())('against stats/measured.json (1000 images), where the data is at hand', () => {
  test.each([
    ['googlenet', 'googlenet_bvlc', 'googlenet', 19],
    ['squeezenet1_1', 'squeezenet_v1.1', 'squeezenet_v1.1', 16],
    ['resnet20', 'resnet20_cifar10', 'resnet20_cifar10', 9],
  ] as const)('%s', (network, measured, pattern, least) => {
    const stats = JSON.parse(readFileSync(dataFile('stats/measured.json'), 'utf8'));
    const zeros = stats.activation_zero_fraction[measured].layers as Record<string, number>;
    const pairs = [...findZoo(network).densities].flatMap(([layer, { ifmap }]) => {
      const relu = behindOneRelu[pattern]!(layer);
      return relu === undefined ? [] : [{ layer, ifmap, relu }];
    });
    expect(pairs.length).toBe(least);
    // 50 images stand for 1000 to within three points of density.
    for (const { layer, ifmap, relu } of pairs)
      expect(Math.abs(ifmap - (1 - zeros[relu]!)), layer).toBeLessThan(0.03);
  });
});
