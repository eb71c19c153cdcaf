/** Writes a network down layer by layer, in the words of its paper; shapes follow from the input. No weights. */

import { buildModel } from '../build.ts';
import { type Clamp, type ConvLayer, isConv, type PoolLayer } from '../layer.ts';
import type { Model } from '../model.ts';

export const RELU: Clamp = { low: 0, high: Number.POSITIVE_INFINITY };
export const RELU6: Clamp = { low: 0, high: 6 };

interface ConvOptions {
  readonly K: number;
  readonly R: number;
  readonly S?: number; // R unless said
  readonly stride?: number;
  /** All four sides, or top, left, bottom, right. */
  readonly pad?: number | ConvLayer['conv']['pad'];
  readonly groups?: number;
  /** ReLU unless said; undefined for a convolution with nothing behind it. */
  readonly clamp?: Clamp | undefined;
}

interface PoolOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  /** Caffe's rounding up; frameworks that came later round down. */
  readonly ceil?: boolean;
}

interface LrnOptions {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** Each call appends a layer that reads `from` and returns the new layer's name. */
export interface Topology {
  readonly input: string;
  readonly conv: (name: string, from: string, options: ConvOptions) => string;
  readonly fc: (name: string, from: string, options: { K: number; clamp?: Clamp | undefined }) => string;
  readonly maxPool: (name: string, from: string, options: PoolOptions) => string;
  /** Average over the whole map. */
  readonly globalPool: (name: string, from: string) => string;
  readonly lrn: (name: string, from: string, options: LrnOptions) => string;
  readonly concat: (name: string, from: readonly string[]) => string;
  readonly add: (name: string, a: string, b: string) => string;
  readonly relu: (name: string, from: string) => string;
  /** Every second pixel, and zero channels before and behind: ResNet's parameter-free shortcut (option A). */
  readonly subsampleAndWiden: (name: string, from: string, channels: number) => string;
  readonly softmax: (name: string, from: string) => string;
  readonly finish: (output: string) => Model;
}

interface Origin {
  readonly input: readonly [C: number, H: number, W: number];
  readonly cite: string;
}

export function topology(name: string, { input, cite }: Origin): Topology {
  const builder = buildModel(name, [{ name: 'input', shape: [1, ...input] }]);
  const mapOf = (value: string) => {
    const [, C = 0, H = 0, W = 0] = builder.shapeOf(value);
    return { C, H, W };
  };
  const flat = (from: string): string => {
    const { C, H, W } = mapOf(from);
    if (builder.shapeOf(from).length === 2) return from;
    return builder.add({ name: `${from}/flatten`, inputs: [from], op: 'reshape', shape: [1, C * H * W] });
  };
  const pool = (name: string, from: string, options: Pick<PoolLayer, 'op'> & PoolOptions): string => {
    const { op, kernel, stride = 1, pad = 0, ceil = false } = options;
    return builder.add({
      name,
      inputs: [from],
      op,
      kernel: [kernel, kernel],
      stride: [stride, stride],
      pad: [pad, pad, pad, pad],
      dilation: [1, 1],
      ceil,
      countPad: false,
    });
  };

  return {
    input: 'input',
    conv(name, from, options) {
      const { K, R, S = R, stride = 1, pad = 0, groups = 1 } = options;
      return builder.add({
        name,
        inputs: [from],
        op: 'conv',
        conv: {
          ...mapOf(from),
          K,
          R,
          S,
          stride: [stride, stride],
          pad: typeof pad === 'number' ? [pad, pad, pad, pad] : pad,
          dilation: [1, 1],
          groups,
        },
        clamp: 'clamp' in options ? options.clamp : RELU,
      });
    },
    fc(name, from, { K, clamp }) {
      const inputs = [flat(from)];
      const C = builder.shapeOf(inputs[0]!)[1]!;
      const point = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
      const conv = { C, H: 1, W: 1, K, R: 1, S: 1, ...point };
      return builder.add({ name, inputs, op: 'fc', conv, clamp });
    },
    maxPool: (name, from, options) => pool(name, from, { op: 'maxPool', ...options }),
    globalPool: (name, from) => pool(name, from, { op: 'avgPool', kernel: mapOf(from).H }),
    lrn: (name, from, options) => builder.add({ name, inputs: [from], op: 'lrn', ...options }),
    concat: (name, from) => builder.add({ name, inputs: from, op: 'concat', axis: 1 }),
    add: (name, a, b) => builder.add({ name, inputs: [a, b], op: 'add' }),
    relu: (name, from) => builder.add({ name, inputs: [from], op: 'clamp', clamp: RELU }),
    subsampleAndWiden(name, from, channels) {
      const { C, H, W } = mapOf(from);
      const half = [Math.ceil(H / 2), Math.ceil(W / 2)] as const;
      const sliced = builder.add({
        name: `${name}.slice`,
        inputs: [from],
        op: 'slice',
        start: [0, 0, 0, 0],
        step: [1, 1, 2, 2],
        shape: [1, C, ...half],
      });
      const before = [0, Math.floor((channels - C) / 2), 0, 0];
      return builder.add({
        name: `${name}.pad`,
        inputs: [sliced],
        op: 'pad',
        before,
        value: 0,
        shape: [1, channels, ...half],
      });
    },
    softmax: (name, from) => builder.add({ name, inputs: [flat(from)], op: 'softmax', axis: 1 }),
    finish: (output) => builder.finish([output], [{ madeBy: 'sense-cnn zoo', from: cite }]),
  };
}

/** The names of a model's conv and FC layers, in order. */
export const convNames = (model: Model): readonly string[] =>
  model.layers.filter(isConv).map((layer) => layer.name);
