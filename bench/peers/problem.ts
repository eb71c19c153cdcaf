/** The training problem that every runner solves: network, weights, images and labels; each step learns the same batch. */
import type { ConvLayer } from '../../src/model/layer.ts';
import type { Model } from '../../src/model/model.ts';
import { topology } from '../../src/model/zoo/topology.ts';
import { seeded } from '../../src/tensor/random.ts';
import { initialise } from '../../src/train/initialise.ts';

export const RATE = 0.01;
export const CLASSES = 10;

export interface Problem {
  readonly model: Model;
  readonly batch: number;
  readonly images: Float32Array; // [batch, 1, 28, 28]
  readonly labels: Int32Array;
  readonly layers: readonly ConvLayer[]; // two convolutions, one fully connected
}

export interface Runner {
  readonly name: string;
  readonly threads: number;
  /** One step; resolves to its loss when the new weights are there. */
  readonly step: () => number | Promise<number>;
  readonly stop?: () => void;
}

export function startingPoint(): Problem {
  const net = topology('tiny', { input: [1, 28, 28], cite: 'this benchmark' });
  const pooled = (name: string, from: string, K: number) =>
    net.maxPool(`pool-${name}`, net.conv(name, from, { K, R: 3 }), { kernel: 2, stride: 2 });
  const last = pooled('conv2', pooled('conv1', net.input, 16), 32);
  const random = seeded(1);
  const model = initialise(net.finish(net.fc('fc', last, { K: CLASSES })), random);
  const batch = 64;
  return {
    model,
    batch,
    images: Float32Array.from({ length: batch * 28 * 28 }, () => random.normal()),
    labels: Int32Array.from({ length: batch }, () => random.below(CLASSES)),
    layers: model.layers.filter((layer): layer is ConvLayer => layer.op === 'conv' || layer.op === 'fc'),
  };
}

/** One-hot rows. */
export const targets = ({ labels }: Problem): Float32Array => {
  const rows = new Float32Array(labels.length * CLASSES);
  labels.forEach((label, n) => {
    rows[n * CLASSES + label] = 1;
  });
  return rows;
};
