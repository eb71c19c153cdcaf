/** ResNet-50 v1, as in the paper: a stage's first block strides in its 1x1 (branch2a); batch norm folded away. */
import { fromSource, type IfmapDensity, type ZooEntry } from './entry.ts';
import { topology } from './topology.ts';

const cite = 'He et al., CVPR 2016, Table 1 (50-layer)';

/** Blocks and bottleneck channels of stages 2 to 5; a block puts out four times its bottleneck. */
const stages = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;

/** The same network with the stride of a stage's first block in one convolution or the other. */
export function resnet50Topology(name: string, strideIn: '1x1' | '3x3', source: string) {
  const net = topology(name, { input: [3, 224, 224], cite: source });
  const conv1 = net.conv('conv1', net.input, { K: 64, R: 7, stride: 2, pad: 3 });
  // A 3x3 pool with one row of padding rounding down gives the paper's 56x56.
  let x = net.maxPool('pool1', conv1, { kernel: 3, stride: 2, pad: 1 });
  stages.forEach(([blocks, K], s) => {
    for (let b = 0; b < blocks; b++) {
      const block = `res${s + 2}${'abcdef'[b]}`;
      const stride = s > 0 && b === 0 ? 2 : 1;
      const [first, second] = strideIn === '1x1' ? [stride, 1] : [1, stride];
      const a = net.conv(`${block}_branch2a`, x, { K, R: 1, stride: first });
      const middle = net.conv(`${block}_branch2b`, a, { K, R: 3, pad: 1, stride: second });
      const branch = net.conv(`${block}_branch2c`, middle, { K: 4 * K, R: 1, clamp: undefined });
      const shortcut =
        b === 0 ? net.conv(`${block}_branch1`, x, { K: 4 * K, R: 1, stride, clamp: undefined }) : x;
      x = net.relu(`${block}_relu`, net.add(block, branch, shortcut));
    }
  });
  const classifier = net.fc('fc1000', net.globalPool('pool5', x), { K: 1000 });
  return net.finish(net.softmax('prob', classifier));
}

/**
 * Four layers are published; the others take the published figure of their kind, falling with depth as it does there:
 * what enters a block (the sum of residuals, dense at first), its 3x3, and its second 1x1.
 */
const assumedByStage = [
  { entering: 0.75, branch2b: 0.5, branch2c: 0.6 },
  { entering: 0.65, branch2b: 0.44, branch2c: 0.56 },
  { entering: 0.45, branch2b: 0.4, branch2c: 0.45 },
  { entering: 0.35, branch2b: 0.35, branch2c: 0.4 },
] as const;

const published: Readonly<Record<string, number>> = {
  res3a_branch1: 0.82, // 1x1 256->512, downsampling
  res3a_branch2a: 0.82, // reads the same map
  res3b_branch2b: 0.44, // 3x3 128->128
  res3b_branch2c: 0.56, // 1x1 128->512
  res5a_branch2a: 0.27, // 1x1 1024->512
  res5a_branch1: 0.27, // reads the same map
};

const sparseloop = 'Sparseloop artefact, MICRO 2022, sampled ResNet-50 layers';
const assumed =
  'assumed: between the four sampled layers of the Sparseloop artefact, network mean of zeros 45-55 %';

function densities(): ReadonlyMap<string, IfmapDensity> {
  const all = new Map<string, IfmapDensity>([
    ['conv1', { ifmap: 0.99, source: 'assumed: a picture has hardly any zero' }],
  ]);
  stages.forEach(([blocks], s) => {
    const { entering, branch2b, branch2c } = assumedByStage[s]!;
    for (let b = 0; b < blocks; b++) {
      const block = `res${s + 2}${'abcdef'[b]}`;
      const byBranch = { branch1: entering, branch2a: entering, branch2b, branch2c };
      for (const [branch, ifmap] of Object.entries(byBranch)) {
        const layer = `${block}_${branch}`;
        const known = published[layer];
        if (branch !== 'branch1' || b === 0)
          all.set(
            layer,
            known === undefined ? { ifmap, source: assumed } : { ifmap: known, source: sparseloop },
          );
      }
    }
  });
  const pooled = fromSource('assumed: an average over 49 places is hardly ever zero', { fc1000: 0.95 });
  return new Map([...all, ...pooled]);
}

export const resnet50Densities = {
  densities: densities(),
  ofmapDensities: new Map<string, never>(),
  densityNote:
    'ifmap densities of four kinds of layer from the Sparseloop artefact, the rest assumed between them (mean of zeros 45-55 %)',
};

export const resnet50: ZooEntry = {
  name: 'resnet50',
  title: 'ResNet-50 v1 (stride in the 1x1)',
  cite,
  build: () => resnet50Topology('resnet50', '1x1', cite),
  ...resnet50Densities,
};
