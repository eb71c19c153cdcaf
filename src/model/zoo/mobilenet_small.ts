/** A small MobileNet v1 for CIFAR-10: width 1/2, stride 2 only where a 32x32 picture can bear it. */
import { fromSource, type ZooEntry } from './entry.ts';
import { RELU6, topology } from './topology.ts';

const cite = 'after Howard et al., arXiv:1704.04861, Table 1; width 1/2, 32x32, seven pairs';

/** Pointwise filters and the depthwise stride before them. */
const pairs = [
  [32, 1],
  [64, 2],
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
] as const;

/** Measured on nobody's weights: half of what a ReLU6 sees, and every pixel of the picture. */
const ASSUMED = 0.5;

export const mobilenetSmall: ZooEntry = {
  name: 'mobilenet_small',
  title: 'small MobileNet (CIFAR-10)',
  cite,
  build() {
    const net = topology('mobilenet_small', { input: [3, 32, 32], cite });
    let x = net.conv('conv0', net.input, { K: 16, R: 3, pad: 1, clamp: RELU6 });
    let channels = 16;
    pairs.forEach(([K, stride], i) => {
      const depthwise = { K: channels, R: 3, stride, pad: 1, groups: channels, clamp: RELU6 };
      x = net.conv(`conv${i + 1}_depthwise`, x, depthwise);
      x = net.conv(`conv${i + 1}_pointwise`, x, { K, R: 1, clamp: RELU6 });
      channels = K;
    });
    return net.finish(net.fc('fc', net.globalPool('pool', x), { K: 10 }));
  },
  densities: new Map(
    fromSource('assumed: one half, until weights are trained', {
      conv0: 1,
      ...Object.fromEntries(
        pairs.flatMap((_, i) => [
          [`conv${i + 1}_depthwise`, ASSUMED],
          [`conv${i + 1}_pointwise`, ASSUMED],
        ]),
      ),
      fc: ASSUMED,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: 'ifmap zeros assumed: one half behind every ReLU6',
};
