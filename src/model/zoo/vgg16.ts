/** VGG-16, configuration D: thirteen 3x3 convolutions in five blocks, three fully connected layers, 224x224. */
import { fromSource, insidePadding, type ZooEntry } from './entry.ts';
import { RELU, topology } from './topology.ts';

const cite = 'Simonyan and Zisserman, ICLR 2015, configuration D';
const eyeriss = 'Chen et al., Eyeriss, JSSC 2017, Table VI, padding taken out';
const han =
  'assumed: as in Han et al., NIPS 2015, Table 5 (quoted from memory), activations of the layer before';

/** Filters and number of convolutions of each block; a 2x2 pool ends it. */
const blocks = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const;

export const vgg16: ZooEntry = {
  name: 'vgg16',
  title: 'VGG-16',
  cite,
  build() {
    const net = topology('vgg16', { input: [3, 224, 224], cite });
    let x = net.input;
    blocks.forEach(([K, depth], b) => {
      for (let i = 1; i <= depth; i++) x = net.conv(`conv${b + 1}_${i}`, x, { K, R: 3, pad: 1 });
      x = net.maxPool(`pool${b + 1}`, x, { kernel: 2, stride: 2 });
    });
    x = net.fc('fc6', x, { K: 4096, clamp: RELU });
    x = net.fc('fc7', x, { K: 4096, clamp: RELU });
    return net.finish(net.softmax('prob', net.fc('fc8', x, { K: 1000 })));
  },
  densities: new Map([
    ...fromSource(eyeriss, {
      conv1_1: insidePadding(0.984, 224, 1),
      conv1_2: insidePadding(0.523, 224, 1),
      conv2_1: insidePadding(0.752, 112, 1),
      conv2_2: insidePadding(0.613, 112, 1),
      conv3_1: insidePadding(0.603, 56, 1),
      conv3_2: insidePadding(0.419, 56, 1),
      conv3_3: insidePadding(0.413, 56, 1),
      conv4_1: insidePadding(0.357, 28, 1),
      conv4_2: insidePadding(0.253, 28, 1),
      conv4_3: insidePadding(0.146, 28, 1),
      conv5_1: insidePadding(0.206, 14, 1),
      conv5_2: insidePadding(0.126, 14, 1),
      conv5_3: insidePadding(0.115, 14, 1),
    }),
    ...fromSource(han, { fc6: 0.19, fc7: 0.38, fc8: 0.42 }),
  ]),
  ofmapDensities: new Map(),
  densityNote: 'conv ifmaps from Eyeriss (JSSC 2017, Table VI), FC inputs assumed after Han et al. 2015',
};
