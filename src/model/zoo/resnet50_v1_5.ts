/** ResNet-50 v1.5, as most frameworks ship it: a stage's first block strides in its 3x3 (branch2b). */
import type { ZooEntry } from './entry.ts';
import { resnet50Densities, resnet50Topology } from './resnet50.ts';

const cite = 'He et al., CVPR 2016, with the stride in the 3x3 (torchvision resnet50)';

export const resnet50V15: ZooEntry = {
  name: 'resnet50_v1_5',
  title: 'ResNet-50 v1.5 (stride in the 3x3)',
  cite,
  build: () => resnet50Topology('resnet50_v1_5', '3x3', cite),
  ...resnet50Densities,
};
