/** Trained networks that come with the package, found by name like those of the zoo. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../rtl/root.ts';

export interface ShippedModel {
  readonly name: string;
  readonly says: string;
  readonly cite: string;
}

export const SHIPPED: readonly ShippedModel[] = [
  {
    name: 'lenet5-half',
    says: 'LeNet-5 trained on MNIST to equal kernels at one half',
    cite: 'models/README.md: command, seed and accuracy',
  },
];

/** The file of a network that ships, or undefined. */
export function shippedModel(name: string): string | undefined {
  const path = join(packageRoot, 'models', `${name}.onnx`);
  return SHIPPED.some((model) => model.name === name) && existsSync(path) ? path : undefined;
}
