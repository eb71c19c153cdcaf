/** GoogLeNet (Inception v1) as Caffe ships it, without the two training branches; layer names are Caffe's. */
import { fromSource, IMAGENET50, type ZooEntry } from './entry.ts';
import { type Topology, topology } from './topology.ts';

const cite = 'Szegedy et al., CVPR 2015, Table 1; Caffe bvlc_googlenet';
const norm = { size: 5, alpha: 1e-4, beta: 0.75, bias: 1 };
const halve = { kernel: 3, stride: 2, ceil: true };

/** Filters: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection (Table 1). */
type Filters = readonly [number, number, number, number, number, number];
const inceptions: readonly (readonly [name: string, filters: Filters])[] = [
  ['3a', [64, 96, 128, 16, 32, 32]],
  ['3b', [128, 128, 192, 32, 96, 64]],
  ['4a', [192, 96, 208, 16, 48, 64]],
  ['4b', [160, 112, 224, 24, 64, 64]],
  ['4c', [128, 128, 256, 24, 64, 64]],
  ['4d', [112, 144, 288, 32, 64, 64]],
  ['4e', [256, 160, 320, 32, 128, 128]],
  ['5a', [256, 160, 320, 32, 128, 128]],
  ['5b', [384, 192, 384, 48, 128, 128]],
];

/** Ifmap densities: the module's input (three 1x1 read it), 3x3, 5x5, pool projection (behind a 3x3 max pool). */
const measured: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '3a': [0.5259, 0.4912, 0.594, 0.836],
  '3b': [0.3828, 0.3733, 0.4543, 0.7418],
  '4a': [0.3312, 0.4887, 0.5785, 0.6682],
  '4b': [0.1396, 0.5073, 0.6334, 0.3995],
  '4c': [0.3708, 0.4225, 0.4408, 0.701],
  '4d': [0.2916, 0.3018, 0.4713, 0.58],
  '4e': [0.1591, 0.5005, 0.6564, 0.3694],
  '5a': [0.2916, 0.4292, 0.5286, 0.5781],
  '5b': [0.2223, 0.1905, 0.2607, 0.4412],
};

function inception(net: Topology, module: string, from: string, filters: Filters): string {
  const name = `inception_${module}`;
  const [one, reduce3, three, reduce5, five, projection] = filters;
  const point = net.conv(`${name}/1x1`, from, { K: one, R: 1 });
  const reduced3 = net.conv(`${name}/3x3_reduce`, from, { K: reduce3, R: 1 });
  const wide3 = net.conv(`${name}/3x3`, reduced3, { K: three, R: 3, pad: 1 });
  const reduced5 = net.conv(`${name}/5x5_reduce`, from, { K: reduce5, R: 1 });
  const wide5 = net.conv(`${name}/5x5`, reduced5, { K: five, R: 5, pad: 2 });
  const pooled = net.maxPool(`${name}/pool`, from, { kernel: 3, pad: 1 });
  const projected = net.conv(`${name}/pool_proj`, pooled, { K: projection, R: 1 });
  return net.concat(`${name}/output`, [point, wide3, wide5, projected]);
}

export const googlenet: ZooEntry = {
  name: 'googlenet',
  title: 'GoogLeNet (Inception v1)',
  cite,
  build() {
    const net = topology('googlenet', { input: [3, 224, 224], cite });
    const conv1 = net.conv('conv1/7x7_s2', net.input, { K: 64, R: 7, stride: 2, pad: 3 });
    const pool1 = net.maxPool('pool1/3x3_s2', conv1, halve);
    const norm1 = net.lrn('pool1/norm1', pool1, norm);
    const reduced = net.conv('conv2/3x3_reduce', norm1, { K: 64, R: 1 });
    const conv2 = net.conv('conv2/3x3', reduced, { K: 192, R: 3, pad: 1 });
    let x = net.maxPool('pool2/3x3_s2', net.lrn('conv2/norm2', conv2, norm), halve);
    for (const [module, filters] of inceptions) {
      if (module === '4a') x = net.maxPool('pool3/3x3_s2', x, halve);
      if (module === '5a') x = net.maxPool('pool4/3x3_s2', x, halve);
      x = inception(net, module, x, filters);
    }
    const classifier = net.fc('loss3/classifier', net.globalPool('pool5/7x7_s1', x), { K: 1000 });
    return net.finish(net.softmax('prob', classifier));
  },
  densities: new Map(
    fromSource(`measured: real weights, ${IMAGENET50}`, {
      'conv1/7x7_s2': 0.9943,
      'conv2/3x3_reduce': 0.8269,
      'conv2/3x3': 0.4668,
      ...Object.fromEntries(
        Object.entries(measured).flatMap(([module, [input, three, five, pooled]]) => [
          [`inception_${module}/1x1`, input],
          [`inception_${module}/3x3_reduce`, input],
          [`inception_${module}/3x3`, three],
          [`inception_${module}/5x5_reduce`, input],
          [`inception_${module}/5x5`, five],
          [`inception_${module}/pool_proj`, pooled],
        ]),
      ),
      'loss3/classifier': 0.6537,
    }),
  ),
  ofmapDensities: new Map([
    ['conv2/3x3', { ofmap: 0.1833, source: 'measured: real weights, 1000 ImageNet sample images, fp32' }],
  ]),
  densityNote: `ifmap zeros measured on real weights with ${IMAGENET50}`,
};
