/** LeNet-5 in Caffe's form, 20-50-500-10 on MNIST: no activation behind the convolutions. */
import { fromSource, type ZooEntry } from './entry.ts';
import { RELU, topology } from './topology.ts';

const cite = 'LeCun et al., Proc. IEEE 1998; Caffe lenet (20-50-500-10)';

export const lenet5: ZooEntry = {
  name: 'lenet5',
  title: 'LeNet-5 (Caffe, MNIST)',
  cite,
  build() {
    const net = topology('lenet5', { input: [1, 28, 28], cite });
    const conv1 = net.conv('conv1', net.input, { K: 20, R: 5, clamp: undefined });
    const pool1 = net.maxPool('pool1', conv1, { kernel: 2, stride: 2 });
    const conv2 = net.conv('conv2', pool1, { K: 50, R: 5, clamp: undefined });
    const pool2 = net.maxPool('pool2', conv2, { kernel: 2, stride: 2 });
    const ip1 = net.fc('ip1', pool2, { K: 500, clamp: RELU });
    return net.finish(net.fc('ip2', ip1, { K: 10 }));
  },
  densities: new Map(
    fromSource('measured: real weights, first 1000 MNIST test images, fp32', {
      conv1: 0.1816,
      conv2: 1,
      ip1: 1,
      ip2: 0.4649,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: 'ifmap zeros measured on real weights with 1000 MNIST test images',
};
