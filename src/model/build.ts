/**
 * Builds a model layer by layer, computing each ofmap's shape: the one place that knows how shapes follow.
 * Used by the zoo and by the ONNX import alike.
 */
import { fail, within } from '../errors.ts';
import { type ConvShape, checkConv, ofmapExtent, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import type { Layer, PoolLayer } from './layer.ts';
import type { Model, Port, Receipt } from './model.ts';

type Unshaped<L> = L extends unknown ? Omit<L, 'shape'> : never;
/** A layer whose shape follows from its inputs; reshape and slice, where it does not, state it. */
export type LayerSpec =
  | Unshaped<Exclude<Layer, { op: 'reshape' | 'slice' | 'pad' }>>
  | Extract<Layer, { op: 'reshape' | 'slice' | 'pad' }>;

export interface ModelBuilder {
  /** Shape of a value by name. */
  readonly shapeOf: (value: string) => Shape;
  /** Append a layer and return the name of its ofmap. */
  readonly add: (layer: LayerSpec) => string;
  readonly finish: (outputs: readonly string[], receipts: readonly Receipt[]) => Model;
}

export function buildModel(name: string, inputs: readonly Port[]): ModelBuilder {
  const shapes = new Map<string, Shape>(inputs.map((port) => [port.name, port.shape]));
  const layers: Layer[] = [];
  const shapeOf = (value: string): Shape => shapes.get(value) ?? fail(`no value is named "${value}"`);
  return {
    shapeOf,
    add(spec) {
      if (shapes.has(spec.name)) fail(`two values are named "${spec.name}"`);
      const shape = within(`layer "${spec.name}"`, () => shapeAfter(spec, spec.inputs.map(shapeOf)));
      volume(shape, `ofmap of "${spec.name}"`);
      layers.push({ ...spec, shape } as Layer);
      shapes.set(spec.name, shape);
      return spec.name;
    },
    finish: (outputs, receipts) => {
      outputs.forEach(shapeOf);
      return { schema: 'sense.model/1', name, inputs, layers, outputs, receipts };
    },
  };
}

function shapeAfter(spec: LayerSpec, inputs: readonly Shape[]): Shape {
  const [x = []] = inputs;
  switch (spec.op) {
    case 'conv':
      return convShapeAfter(spec.conv, x);
    case 'fc':
      if (x.length !== 2 || x[1] !== spec.conv.C)
        fail(`a fully connected layer with C = ${spec.conv.C} got an ifmap of shape [${x}]`);
      return [x[0]!, checkConv(spec.conv).K];
    case 'maxPool':
    case 'avgPool':
      return poolShapeAfter(spec, x);
    case 'concat':
      return concatShape(spec.axis, inputs);
    case 'add':
      if (inputs.length !== 2 || inputs[0]!.join() !== inputs[1]!.join())
        fail(`Add of shapes ${inputs.map((s) => `[${s}]`).join(' and ')}: they must be equal`);
      return x;
    case 'transpose':
      return spec.perm.map((axis) => x[axis]!);
    case 'constant':
      return spec.value.shape;
    case 'reshape':
      if (volume(spec.shape) !== volume(x)) fail(`cannot reshape [${x}] to [${spec.shape}]`);
      return spec.shape;
    case 'slice':
    case 'pad':
      return spec.shape;
    default:
      return x;
  }
}

function convShapeAfter(conv: ConvShape, x: Shape): Shape {
  if (x.length !== 4 || x[1] !== conv.C || x[2] !== conv.H || x[3] !== conv.W)
    fail(`a convolution of [${conv.C}, ${conv.H}, ${conv.W}] got an ifmap of shape [${x}]`);
  checkConv(conv);
  return [x[0]!, conv.K, ofmapHeight(conv), ofmapWidth(conv)];
}

type PoolSpec = Omit<PoolLayer, 'shape'>;

/** With ceil, a last window that would start in the padding behind the ifmap is dropped (Caffe, PyTorch, ONNX 19). */
export function pooledExtent(size: number, axis: 0 | 1, pool: PoolSpec): number {
  const [before, after] = [pool.pad[axis], pool.pad[axis + 2]!];
  const [kernel, stride, dilation] = [pool.kernel[axis], pool.stride[axis], pool.dilation[axis]];
  if (!pool.ceil) return ofmapExtent(size, before, after, kernel, stride, dilation);
  const up = Math.ceil((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
  return (up - 1) * stride >= size + before ? up - 1 : up;
}

function poolShapeAfter(pool: PoolSpec, x: Shape): Shape {
  if (x.length !== 4) fail(`a pool needs an ifmap [1, C, H, W], got [${x}]`);
  const [P, Q] = [pooledExtent(x[2]!, 0, pool), pooledExtent(x[3]!, 1, pool)];
  if (P < 1 || Q < 1) fail(`a ${pool.kernel.join('x')} pool does not fit the ${x[2]}x${x[3]} ifmap`);
  return [x[0]!, x[1]!, P, Q];
}

function concatShape(axis: number, inputs: readonly Shape[]): Shape {
  const [first = [], ...rest] = inputs;
  if (
    axis >= first.length ||
    rest.some((s) => s.length !== first.length || s.some((d, i) => i !== axis && d !== first[i]))
  )
    fail(`cannot concatenate shapes ${inputs.map((s) => `[${s}]`).join(', ')} along axis ${axis}`);
  return first.map((d, i) => (i === axis ? inputs.reduce((sum, s) => sum + s[axis]!, 0) : d));
}
