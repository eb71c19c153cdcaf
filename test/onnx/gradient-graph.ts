/**
 * Gradients by ONNX Runtime: the way back through one operator written as forward operators of ONNX. A gradient for the
 * ifmap is a ConvTranspose, one for the weights a Conv whose axes N and C are exchanged and whose stride and dilation
 * are, a max pool's way back scatters to the indices of its winners.
 */
import type { ConvLayer, PoolLayer } from '../../src/model/layer.ts';
import { ofmapHeight, ofmapWidth } from '../../src/tensor/conv.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { Tensor, TensorData } from '../../src/tensor/tensor.ts';
import { floatTensor, int64Tensor, type SmallNode, smallFile } from './small-graph.ts';

type Attributes = NonNullable<SmallNode['attributes']>;

/** Collects nodes; every method gives the name of a value. */
export class GradientGraph {
  readonly #nodes: SmallNode[] = [];
  readonly #constants = new Map<string, Tensor<TensorData>>();
  #count = 0;

  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(op, inputs, { attributes, outputs: 1 })[0]!;
  }

  nodes(
    op: string,
    inputs: readonly string[],
    { attributes = {}, outputs }: { attributes?: Attributes; outputs: number },
  ): readonly string[] {
    const names = Array.from({ length: outputs }, () => `v${this.#count++}`);
    this.#nodes.push({ op, inputs, outputs: names, attributes });
    return names;
  }

  constant(tensor: Tensor<TensorData>): string {
    const name = `c${this.#count++}`;
    this.#constants.set(name, tensor);
    return name;
  }

  /** A weight or bias: here a constant, in a graph that trains an input. */
  parameter(_name: string, tensor: Tensor): string {
    return this.constant(tensor);
  }

  scalar = (value: number): string => this.constant(floatTensor([], value));
  reshape = (x: string, shape: Shape): string =>
    this.node('Reshape', [x, this.constant(int64Tensor(...shape))]);
  sum = (x: string, axes: readonly number[], keepdims = 0): string =>
    this.node('ReduceSum', [x, this.constant(int64Tensor(...axes))], { keepdims });
  mean = (x: string, axes: readonly number[]): string =>
    this.node('ReduceMean', [x], { axes: [...axes], keepdims: 1 });
  slice = (x: string, { axis, from, to }: { axis: number; from: number; to: number }): string =>
    this.node('Slice', [x, ...[from, to, axis].map((n) => this.constant(int64Tensor(n)))]);
  swap = (x: string): string => this.node('Transpose', [x], { perm: [1, 0, 2, 3] });

  file = (inputs: readonly { name: string; shape: Shape }[], outputs: readonly string[]): Uint8Array =>
    smallFile({ opset: 16, inputs, constants: this.#constants, nodes: this.#nodes, outputs });
}

export interface Way {
  readonly y: string;
  /** From the gradient of y to that of x; the parameters' gradients by name, in the order of the layer's. */
  readonly back: (dy: string) => { readonly dx: string; readonly gradients: ReadonlyMap<string, string> };
}

/** Where low < y < high the gradient passes. */
export function clampWay(g: GradientGraph, x: string, { low, high }: { low: number; high: number }): Way {
  const y = g.node('Clip', [x, g.scalar(low), g.scalar(high)]);
  return {
    y,
    back(dy) {
      const inside = g.node('And', [
        g.node('Greater', [y, g.scalar(low)]),
        g.node('Less', [y, g.scalar(high)]),
      ]);
      return { dx: g.node('Where', [inside, dy, g.scalar(0)]), gradients: new Map() };
    },
  };
}

export function convWay(g: GradientGraph, x: string, layer: ConvLayer): Way {
  const { conv, name, weight, bias, clamp } = layer;
  const { C, H, W, K, R, S, stride, pad, dilation, groups } = conv;
  const w = g.parameter(`${name}/weight`, weight!);
  const geometry = { pads: [...pad], group: groups, strides: [...stride], dilations: [...dilation] };
  const b = g.parameter(`${name}/bias`, { shape: [K], data: bias! });
  const raw = g.node('Conv', [x, w, b], geometry);
  const clamped = clamp && clampWay(g, raw, clamp);
  return {
    y: clamped?.y ?? raw,
    back(given) {
      const dy = clamped ? clamped.back(given).dx : given;
      const covered = (extent: number, axis: 0 | 1, filter: number): number =>
        stride[axis] * (extent - 1) + dilation[axis] * (filter - 1) + 1 - pad[axis]! - pad[axis + 2]!;
      const rest = [H - covered(ofmapHeight(conv), 0, R), W - covered(ofmapWidth(conv), 1, S)];
      const dx = g.node('ConvTranspose', [dy, w], { ...geometry, output_padding: rest });
      const turned = { pads: [...pad], strides: [...dilation], dilations: [...stride] };
      const parts = Array.from({ length: groups }, (_, group) => {
        const part = (value: string, size: number) =>
          g.swap(g.slice(value, { axis: 1, from: group * size, to: (group + 1) * size }));
        const dw = g.node('Conv', [part(x, C / groups), part(dy, K / groups)], turned);
        const rows = g.slice(dw, { axis: 2, from: 0, to: R });
        return g.swap(g.slice(rows, { axis: 3, from: 0, to: S }));
      });
      const gradients = new Map([
        [`${name}/weight`, g.node('Concat', parts, { axis: 0 })],
        [`${name}/bias`, g.sum(dy, [0, 2, 3])],
      ]);
      return { dx, gradients };
    },
  };
}

export function poolWay(
  g: GradientGraph,
  x: string,
  layer: PoolLayer,
  { batch, input }: { batch: number; input: Shape },
): Way {
  const { op, kernel, stride, pad, ceil, countPad } = layer;
  const [, C = 1, H = 1, W = 1] = input;
  const shared = { kernel_shape: [...kernel], strides: [...stride], pads: [...pad] };
  if (op === 'avgPool') {
    const y = g.node('AveragePool', [x], { ...shared, count_include_pad: Number(countPad) });
    const share = new Float32Array(C * kernel[0] * kernel[1]).fill(1 / (kernel[0] * kernel[1]));
    const ones = g.constant({ shape: [C, 1, ...kernel], data: share });
    return {
      y,
      back(dy) {
        const [, , P = 1, Q = 1] = layer.shape;
        const rest = [
          H - (stride[0] * (P - 1) + kernel[0] - pad[0] - pad[2]),
          W - (stride[1] * (Q - 1) + kernel[1] - pad[1] - pad[3]),
        ];
        const geometry = { pads: [...pad], strides: [...stride], group: C, output_padding: rest };
        return { dx: g.node('ConvTranspose', [dy, ones], geometry), gradients: new Map() };
      },
    };
  }
  const [y, winners] = g.nodes('MaxPool', [x], {
    attributes: { ...shared, ceil_mode: Number(ceil) },
    outputs: 2,
  });
  return {
    y: y!,
    back(dy) {
      const zeros = g.constant({ shape: [batch * C * H * W], data: new Float32Array(batch * C * H * W) });
      const flat = [winners!, dy].map((value) => g.reshape(value, [-1]));
      const dx = g.node('ScatterElements', [zeros, ...flat], { axis: 0, reduction: 'add' });
      return { dx: g.reshape(dx, [batch, C, H, W]), gradients: new Map() };
    },
  };
}

/** Batch norm with the batch's own statistics. */
export function normWay(
  g: GradientGraph,
  x: string,
  { name, gamma, beta }: { name: string; gamma: Float32Array; beta: Float32Array },
): Way {
  const axes = [0, 2, 3];
  const perChannel = (values: Float32Array) => g.constant({ shape: [1, values.length, 1, 1], data: values });
  const centred = g.node('Sub', [x, g.mean(x, axes)]);
  const variance = g.mean(g.node('Mul', [centred, centred]), axes);
  const sigma = g.node('Sqrt', [g.node('Add', [variance, g.scalar(1e-5)])]);
  const normed = g.node('Div', [centred, sigma]);
  const scale = perChannel(gamma);
  return {
    y: g.node('Add', [g.node('Mul', [normed, scale]), perChannel(beta)]),
    back(dy) {
      const along = g.node('Mul', [dy, normed]);
      const rest = g.node('Add', [g.mean(dy, axes), g.node('Mul', [normed, g.mean(along, axes)])]);
      const dx = g.node('Mul', [g.node('Sub', [dy, rest]), g.node('Div', [scale, sigma])]);
      const gradients = new Map([
        [`${name}/gamma`, g.sum(along, axes)],
        [`${name}/beta`, g.sum(dy, axes)],
      ]);
      return { dx, gradients };
    },
  };
}

/** Fully connected scores of flat features, softmax, cross-entropy: its loss, and its way back to the features. */
export function classifierWay(
  g: GradientGraph,
  features: string,
  { layer, labels }: { layer: ConvLayer; labels: Int32Array },
) {
  const { K, C } = layer.conv;
  const batch = labels.length;
  const w = g.parameter(`${layer.name}/weight`, { shape: [K, C], data: layer.weight!.data });
  const b = g.parameter(`${layer.name}/bias`, { shape: [K], data: layer.bias! });
  const scores = g.node('Gemm', [features, w, b], { transB: 1 });
  const wanted = new Float32Array(batch * K);
  labels.forEach((label, n) => {
    wanted[n * K + label] = 1;
  });
  const target = g.constant({ shape: [batch, K], data: wanted });
  const logs = g.node('LogSoftmax', [scores], { axis: 1 });
  const total = g.sum(g.node('Mul', [logs, target]), [0, 1]);
  const loss = g.node('Mul', [total, g.scalar(-1 / batch)]);
  const gap = g.node('Sub', [g.node('Exp', [logs]), target]);
  const dy = g.node('Mul', [gap, g.scalar(1 / batch)]);
  const gradients = new Map([
    [`${layer.name}/weight`, g.node('Gemm', [dy, features], { transA: 1 })],
    [`${layer.name}/bias`, g.sum(dy, [0])],
  ]);
  return { loss, dx: g.node('MatMul', [dy, w]), gradients };
}
