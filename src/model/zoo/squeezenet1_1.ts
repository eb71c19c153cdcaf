/** SqueezeNet v1.1: eight fire modules between two convolutions, 227x227. */
import { fromSource, IMAGENET50, type ZooEntry } from './entry.ts';
import { topology } from './topology.ts';

const cite = 'Iandola et al., arXiv:1602.07360; forresti/SqueezeNet v1.1';

/** Squeezed channels and channels of each expansion, of fire2 to fire9; a pool stands before fire4 and fire6. */
const fires = [
  [16, 64],
  [16, 64],
  [32, 128],
  [32, 128],
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

/** Ifmap densities of squeeze and expand, fire2 to fire9. */
const measured = [
  [0.842, 0.8429],
  [0.4453, 0.8112],
  [0.7547, 0.7695],
  [0.3781, 0.7167],
  [0.5907, 0.7222],
  [0.2886, 0.6722],
  [0.2066, 0.5512],
  [0.3815, 0.5795],
] as const;

export const squeezenet11: ZooEntry = {
  name: 'squeezenet1_1',
  title: 'SqueezeNet v1.1',
  cite,
  build() {
    const net = topology('squeezenet1_1', { input: [3, 227, 227], cite });
    const pool = { kernel: 3, stride: 2, ceil: true };
    let x = net.maxPool('pool1', net.conv('conv1', net.input, { K: 64, R: 3, stride: 2 }), pool);
    fires.forEach(([squeezed, expanded], i) => {
      const name = `fire${i + 2}`;
      if (i === 2 || i === 4) x = net.maxPool(`pool${i + 1}`, x, pool);
      const squeeze = net.conv(`${name}/squeeze1x1`, x, { K: squeezed, R: 1 });
      x = net.concat(`${name}/concat`, [
        net.conv(`${name}/expand1x1`, squeeze, { K: expanded, R: 1 }),
        net.conv(`${name}/expand3x3`, squeeze, { K: expanded, R: 3, pad: 1 }),
      ]);
    });
    const conv10 = net.conv('conv10', x, { K: 1000, R: 1 });
    return net.finish(net.softmax('prob', net.globalPool('pool10', conv10)));
  },
  densities: new Map(
    fromSource(`measured: real weights, ${IMAGENET50}`, {
      conv1: 0.9943,
      ...Object.fromEntries(
        measured.flatMap(([squeeze, expand], i) => [
          [`fire${i + 2}/squeeze1x1`, squeeze],
          [`fire${i + 2}/expand1x1`, expand],
          [`fire${i + 2}/expand3x3`, expand],
        ]),
      ),
      conv10: 0.0708,
    }),
  ),
  ofmapDensities: new Map(),
  densityNote: `ifmap zeros measured on real weights with ${IMAGENET50}`,
};
