/** ResNet-20 for CIFAR-10 with parameter-free shortcuts (option A); batch norm folded away. */
import { fromSource, type ZooEntry } from './entry.ts';
import { topology } from './topology.ts';

const cite = 'He et al., CVPR 2016, section 4.2, n = 3, option A';

export const resnet20: ZooEntry = {
  name: 'resnet20',
  title: 'ResNet-20 (CIFAR-10)',
  cite,
  build() {
    const net = topology('resnet20', { input: [3, 32, 32], cite });
    let x = net.conv('conv1', net.input, { K: 16, R: 3, pad: 1 });
    [16, 32, 64].forEach((K, stage) => {
      for (let block = 0; block < 3; block++) {
        const name = `layer${stage + 1}.${block}`;
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const inner = net.conv(`${name}.conv1`, x, { K, R: 3, pad: 1, stride });
        const branch = net.conv(`${name}.conv2`, inner, { K, R: 3, pad: 1, clamp: undefined });
        const shortcut = stride === 2 ? net.subsampleAndWiden(`${name}.shortcut`, x, K) : x;
        x = net.relu(`${name}.out`, net.add(`${name}.add`, branch, shortcut));
      }
    });
    return net.finish(net.fc('linear', net.globalPool('avgpool', x), { K: 10 }));
  },
  densities: new Map(
    fromSource('measured: real weights, first 1000 CIFAR-10 test images, fp32', {
      conv1: 1,
      'layer1.0.conv1': 0.6211,
      'layer1.0.conv2': 0.4979,
      'layer1.1.conv1': 0.6791,
      'layer1.1.conv2': 0.4833,
      'layer1.2.conv1': 0.7531,
      'layer1.2.conv2': 0.3806,
      'layer2.0.conv1': 0.8417,
      'layer2.0.conv2': 0.4501,
      'layer2.1.conv1': 0.6671,
      'layer2.1.conv2': 0.2492,
      'layer2.2.conv1': 0.6681,
      'layer2.2.conv2': 0.2021,
      'layer3.0.conv1': 0.6511,
      'layer3.0.conv2': 0.3597,
      'layer3.1.conv1': 0.4523,
      'layer3.1.conv2': 0.2195,
      'layer3.2.conv1': 0.3903,
      'layer3.2.conv2': 0.1866,
      linear: 0.999,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: 'ifmap zeros measured on real weights with 1000 CIFAR-10 test images',
};
