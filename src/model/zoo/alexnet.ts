/** AlexNet as Caffe ships it: two groups in conv2, conv4 and conv5, normalisation before the pools, 227x227. */
import { fromSource, insidePadding, type ZooEntry } from './entry.ts';
import { RELU, topology } from './topology.ts';

const cite = 'Krizhevsky et al., NIPS 2012; Caffe bvlc_alexnet';
const norm = { size: 5, alpha: 1e-4, beta: 0.75, bias: 1 };
const sparseloop = 'Sparseloop artefact, MICRO 2022, Eyeriss validation (AlexNet), padding taken out';
const han =
  'assumed: as in Han et al., NIPS 2015, Table 4 (quoted from memory), activations of the layer before';

export const alexnet: ZooEntry = {
  name: 'alexnet',
  title: 'AlexNet (Caffe, grouped)',
  cite,
  build() {
    const net = topology('alexnet', { input: [3, 227, 227], cite });
    const conv1 = net.conv('conv1', net.input, { K: 96, R: 11, stride: 4 });
    const norm1 = net.lrn('norm1', conv1, norm);
    const pool1 = net.maxPool('pool1', norm1, { kernel: 3, stride: 2, ceil: true });
    const conv2 = net.conv('conv2', pool1, { K: 256, R: 5, pad: 2, groups: 2 });
    const norm2 = net.lrn('norm2', conv2, norm);
    const pool2 = net.maxPool('pool2', norm2, { kernel: 3, stride: 2, ceil: true });
    const conv3 = net.conv('conv3', pool2, { K: 384, R: 3, pad: 1 });
    const conv4 = net.conv('conv4', conv3, { K: 384, R: 3, pad: 1, groups: 2 });
    const conv5 = net.conv('conv5', conv4, { K: 256, R: 3, pad: 1, groups: 2 });
    const pool5 = net.maxPool('pool5', conv5, { kernel: 3, stride: 2, ceil: true });
    const fc6 = net.fc('fc6', pool5, { K: 4096, clamp: RELU });
    const fc7 = net.fc('fc7', fc6, { K: 4096, clamp: RELU });
    const fc8 = net.fc('fc8', fc7, { K: 1000 });
    return net.finish(net.softmax('prob', fc8));
  },
  densities: new Map([
    ...fromSource(sparseloop, {
      conv1: 0.999,
      conv2: insidePadding(0.6, 27, 2),
      conv3: insidePadding(0.275, 13, 1),
      conv4: insidePadding(0.207, 13, 1),
      conv5: insidePadding(0.23, 13, 1),
    }),
    ...fromSource(han, { fc6: 0.34, fc7: 0.36, fc8: 0.4 }),
  ]),
  ofmapDensities: new Map([
    ['conv1', { ofmap: 0.378, source: sparseloop }],
    ['conv2', { ofmap: 0.169, source: sparseloop }],
  ]),
  densityNote:
    'conv ifmaps from the Sparseloop artefact (Eyeriss, AlexNet), FC inputs assumed after Han et al. 2015',
};
