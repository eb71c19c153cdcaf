/** A small VGG for CIFAR-10: the first three blocks of configuration A at half width, and a smaller head. */
import { fromSource, type ZooEntry } from './entry.ts';
import { RELU, topology } from './topology.ts';

const cite = 'after Simonyan and Zisserman, ICLR 2015, configuration A; half as wide, three blocks, 32x32';

/** Filters and number of convolutions of each block; a 2x2 pool ends it. */
const blocks = [
  [32, 1],
  [64, 1],
  [128, 2],
] as const;

export const vggSmall: ZooEntry = {
  name: 'vgg_small',
  title: 'small VGG (CIFAR-10)',
  cite,
  build() {
    const net = topology('vgg_small', { input: [3, 32, 32], cite });
    let x = net.input;
    blocks.forEach(([K, depth], b) => {
      for (let i = 1; i <= depth; i++) x = net.conv(`conv${b + 1}_${i}`, x, { K, R: 3, pad: 1 });
      x = net.maxPool(`pool${b + 1}`, x, { kernel: 2, stride: 2 });
    });
    x = net.fc('fc4', x, { K: 256, clamp: RELU });
    return net.finish(net.fc('fc5', x, { K: 10 }));
  },
  densities: new Map(
    fromSource('assumed: one half, until weights are trained', {
      conv1_1: 1,
      conv2_1: 0.5,
      conv3_1: 0.5,
      conv3_2: 0.5,
      fc4: 0.5,
      fc5: 0.5,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: 'ifmap zeros assumed',
};
