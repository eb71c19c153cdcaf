/** The networks the product knows by name. */
import { failUnknown } from '../../errors.ts';
import { alexnet } from './alexnet.ts';
import type { ZooEntry } from './entry.ts';
import { googlenet } from './googlenet.ts';
import { lenet5 } from './lenet5.ts';
import { mobilenetSmall } from './mobilenet_small.ts';
import { mobilenetV1 } from './mobilenet_v1.ts';
import { resnet20 } from './resnet20.ts';
import { resnet50 } from './resnet50.ts';
import { resnet50V15 } from './resnet50_v1_5.ts';
import { squeezenet11 } from './squeezenet1_1.ts';
import { vggSmall } from './vgg_small.ts';
import { vgg16 } from './vgg16.ts';

export type { IfmapDensity, OfmapDensity, ZooEntry } from './entry.ts';

export const zoo: readonly ZooEntry[] = [
  alexnet,
  vgg16,
  resnet50,
  resnet50V15,
  googlenet,
  mobilenetV1,
  squeezenet11,
  resnet20,
  lenet5,
  vggSmall,
  mobilenetSmall,
];

export const zooNames: readonly string[] = zoo.map((entry) => entry.name);

/** The network of that name; another name stops with the nearest one suggested. */
export const findZoo = (name: string): ZooEntry =>
  zoo.find((entry) => entry.name === name) ?? failUnknown('zoo network', name, zooNames);
