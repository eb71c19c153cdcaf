/** MobileNet v1 1.0/224: thirteen pairs of a depthwise 3x3 and a pointwise 1x1, each behind ReLU6; layer names are TensorFlow's. */
import { fromSource, IMAGENET50, type ZooEntry } from './entry.ts';
import { RELU6, topology } from './topology.ts';

const cite = 'Howard et al., arXiv:1704.04861, Table 1';
const prefix = 'MobilenetV1';

/** Pointwise filters and the depthwise stride before them (Table 1). */
const pairs = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/** Ifmap densities of the depthwise and the pointwise layer of each pair. */
const measured = [
  [0.8097, 0.6208],
  [0.7789, 0.7294],
  [0.7231, 0.7169],
  [0.6894, 0.8712],
  [0.8902, 0.6288],
  [0.6399, 0.896],
  [0.9261, 0.6604],
  [0.7919, 0.736],
  [0.8048, 0.7163],
  [0.7113, 0.7221],
  [0.5786, 0.6416],
  [0.5637, 0.9137],
  [0.5794, 0.7038],
] as const;

export const mobilenetV1: ZooEntry = {
  name: 'mobilenet_v1',
  title: 'MobileNet v1 (1.0, 224)',
  cite,
  build() {
    const net = topology('mobilenet_v1', { input: [3, 224, 224], cite });
    // TensorFlow's SAME padding puts the odd row and column behind the map.
    const padOf = (stride: number) => (stride === 2 ? ([0, 0, 1, 1] as const) : 1);
    let x = net.conv(`${prefix}/Conv2d_0`, net.input, {
      K: 32,
      R: 3,
      stride: 2,
      pad: padOf(2),
      clamp: RELU6,
    });
    let channels = 32;
    pairs.forEach(([K, stride], i) => {
      const name = `${prefix}/Conv2d_${i + 1}`;
      const depthwise = { K: channels, R: 3, stride, pad: padOf(stride), groups: channels, clamp: RELU6 };
      x = net.conv(`${name}_depthwise`, x, depthwise);
      x = net.conv(`${name}_pointwise`, x, { K, R: 1, clamp: RELU6 });
      channels = K;
    });
    const pooled = net.globalPool('AvgPool_1a', x);
    return net.finish(net.softmax('prob', net.fc(`${prefix}/Logits/Conv2d_1c_1x1`, pooled, { K: 1000 })));
  },
  densities: new Map(
    fromSource(`assumed: as measured layer by layer on MobileNet v1 0.25/128, real weights, ${IMAGENET50}`, {
      [`${prefix}/Conv2d_0`]: 0.9943,
      ...Object.fromEntries(
        measured.flatMap(([depthwise, pointwise], i) => [
          [`${prefix}/Conv2d_${i + 1}_depthwise`, depthwise],
          [`${prefix}/Conv2d_${i + 1}_pointwise`, pointwise],
        ]),
      ),
      [`${prefix}/Logits/Conv2d_1c_1x1`]: 0.8204,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: `ifmap zeros assumed as measured on the narrower MobileNet v1 0.25/128 with ${IMAGENET50}`,
};
