/** One layer of a model as ONNX nodes. */
import type {
  AffineLayer,
  Clamp,
  ConvLayer,
  Layer,
  PoolLayer,
  QuantizeLayer,
  SliceLayer,
} from '../../model/layer.ts';
import type { Shape } from '../../tensor/shape.ts';
import { type GraphWriter, int64 } from './graph.ts';
import { tensorProto } from './proto.ts';

export interface Surroundings {
  readonly shapeOf: (value: string) => Shape;
  /** The byte type a value has in the file, where it is not float. */
  readonly codes: Map<string, 'uint8' | 'int8'>;
  /** Whether the value's first dimension is a batch that may vary. */
  readonly batched: boolean;
}

export function writeLayer(graph: GraphWriter, layer: Layer, around: Surroundings): string {
  const { name: output, inputs } = layer;
  const [x = ''] = inputs;
  const constant = (what: string, numbers: readonly number[], shape: Shape = [numbers.length]) =>
    graph.constant(`${output}.${what}`, shape, Float32Array.from(numbers));
  switch (layer.op) {
    case 'conv':
    case 'fc':
      return clamped(graph, layer, (made) => writeConv(graph, layer, made));
    case 'affine': {
      const C = around.shapeOf(x)[1];
      if (C === undefined) return writeScaleAndShift(graph, layer);
      const wide = (numbers: Float32Array) =>
        numbers.length === C ? numbers : new Float32Array(C).fill(numbers[0]!);
      const put = (what: string, numbers: Float32Array) => graph.constant(`${output}.${what}`, [C], numbers);
      // With mean 0, variance 1 and epsilon 0, batch normalisation is scale * x + shift.
      const parts = [put('scale', wide(layer.scale)), put('shift', wide(layer.shift))];
      const neutral = [put('mean', new Float32Array(C)), put('variance', new Float32Array(C).fill(1))];
      const attributes = { epsilon: { float: 0 } };
      return graph.node('BatchNormalization', { inputs: [x, ...parts, ...neutral], output, attributes });
    }
    case 'clamp':
      return writeClamp(graph, layer.clamp, { x, output });
    case 'leakyRelu':
      return graph.node('LeakyRelu', { inputs, output, attributes: { alpha: { float: layer.alpha } } });
    case 'sigmoid':
      return graph.node('Sigmoid', { inputs, output });
    case 'softmax':
      return graph.node('Softmax', { inputs, output, attributes: { axis: layer.axis } });
    case 'lrn': {
      const { size, alpha, beta, bias } = layer;
      const attributes = { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: bias } };
      return graph.node('LRN', { inputs, output, attributes });
    }
    case 'maxPool':
    case 'avgPool':
      return graph.node(layer.op === 'maxPool' ? 'MaxPool' : 'AveragePool', {
        inputs,
        output,
        attributes: poolAttributes(layer),
      });
    case 'add':
      return graph.node('Add', { inputs, output });
    case 'concat':
      return graph.node('Concat', { inputs, output, attributes: { axis: layer.axis } });
    case 'reshape': {
      // 0 copies the batch, whatever it is when the file runs.
      const shape = around.batched ? [0, ...layer.shape.slice(1)] : layer.shape;
      const target = graph.constant(`${output}.shape`, [shape.length], int64(shape));
      return graph.node('Reshape', { inputs: [x, target], output });
    }
    case 'transpose':
      return graph.node('Transpose', { inputs, output, attributes: { perm: layer.perm } });
    case 'slice':
      return writeSlice(graph, layer, around.shapeOf(x));
    case 'pad': {
      const after = layer.shape.map((d, i) => d - layer.before[i]! - around.shapeOf(x)[i]!);
      const pads = graph.constant(`${output}.pads`, [2 * after.length], int64([...layer.before, ...after]));
      return graph.node('Pad', { inputs: [x, pads, constant('value', [layer.value], [])], output });
    }
    case 'quantize':
      return writeQuantize(graph, layer, around);
    case 'dequantize': {
      const type = around.codes.get(x);
      const scale = constant('scale', [layer.scale], []);
      if (type) {
        const zero = graph.constant(`${output}.zero_point`, [], codesOf(type, layer.zeroPoint));
        return graph.node('DequantizeLinear', { inputs: [x, scale, zero], output });
      }
      const centred = graph.unused(`${output}/centred`);
      graph.node('Sub', { inputs: [x, constant('zero_point', [layer.zeroPoint], [])], output: centred });
      return graph.node('Mul', { inputs: [centred, scale], output });
    }
    case 'constant': {
      const { shape, data } = layer.value;
      return graph.value(output, shape, data instanceof Float32Array ? data : Float32Array.from(data));
    }
  }
}

/** Batch normalisation wants channels; a list of numbers has none. */
function writeScaleAndShift(graph: GraphWriter, { name, inputs, scale, shift }: AffineLayer): string {
  const scaled = graph.unused(`${name}/scaled`);
  const [factor, term] = [
    graph.constant(`${name}.scale`, [scale.length], scale),
    graph.constant(`${name}.shift`, [shift.length], shift),
  ];
  graph.node('Mul', { inputs: [inputs[0]!, factor], output: scaled });
  return graph.node('Add', { inputs: [scaled, term], output: name });
}

/** A layer with an activation folded in is two nodes in ONNX. */
function clamped(
  graph: GraphWriter,
  { name, op, clamp }: ConvLayer,
  write: (output: string) => string,
): string {
  if (!clamp) return write(name);
  const before = graph.unused(`${name}/${op}`);
  write(before);
  return writeClamp(graph, clamp, { x: before, output: name });
}

function writeClamp(
  graph: GraphWriter,
  { low, high }: Clamp,
  { x, output }: { x: string; output: string },
): string {
  if (low === 0 && high === Number.POSITIVE_INFINITY) return graph.node('Relu', { inputs: [x], output });
  const bound = (what: string, limit: number) =>
    Number.isFinite(limit) ? graph.constant(`${output}.${what}`, [], Float32Array.of(limit)) : '';
  return graph.node('Clip', { inputs: [x, bound('min', low), bound('max', high)], output });
}

function writeConv(graph: GraphWriter, layer: ConvLayer, output: string): string {
  const { name, op, conv, weight, bias } = layer;
  const { K, C, R, S, groups } = conv;
  const shape = op === 'fc' ? [K, C] : [K, C / groups, R, S];
  const filters = weight
    ? graph.constant(`${name}.weight`, shape, weight.data)
    : unknownWeight(graph, `${name}.weight`, shape);
  const inputs = [layer.inputs[0]!, filters];
  if (bias) inputs.push(graph.constant(`${name}.bias`, [K], bias));
  if (op === 'fc') return graph.node('Gemm', { inputs, output, attributes: { transB: 1 } });
  const { stride, pad, dilation } = conv;
  const attributes = { kernel_shape: [R, S], strides: stride, pads: pad, dilations: dilation, group: groups };
  return graph.node('Conv', { inputs, output, attributes });
}

/** Weights that are not known are a ConstantOfShape, as in ONNX's own light models. */
function unknownWeight(graph: GraphWriter, name: string, shape: Shape): string {
  const dims = graph.constant(`${name}.shape`, [shape.length], int64(shape));
  const output = graph.unused(name);
  const value = tensorProto('', [1], new Float32Array(1));
  graph.node('ConstantOfShape', { inputs: [dims], output, attributes: { value } });
  return output;
}

function poolAttributes({ op, kernel, stride, pad, dilation, ceil, countPad }: PoolLayer) {
  const dilated = dilation.some((d) => d !== 1);
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: pad,
    ceil_mode: Number(ceil),
    ...(dilated && { dilations: dilation }),
    ...(op === 'avgPool' && { count_include_pad: Number(countPad) }),
  };
}

function writeSlice(
  graph: GraphWriter,
  { name, inputs, start, step, shape }: SliceLayer,
  from: Shape,
): string {
  const axes = shape.flatMap((d, i) => (start[i] === 0 && step[i] === 1 && d === from[i] ? [] : [i]));
  // One past the last element; backwards past the first, where -1 would mean the end, a number far below.
  const end = (i: number): number => {
    const past = start[i]! + (shape[i]! - 1) * step[i]! + Math.sign(step[i]!);
    return past < 0 ? -(2 ** 31) : past;
  };
  const list = (what: string, of: (i: number) => number) =>
    graph.constant(`${name}.${what}`, [axes.length], int64(axes.map(of)));
  const operands = [
    list('starts', (i) => start[i]!),
    list('ends', end),
    list('axes', (i) => i),
    list('steps', (i) => step[i]!),
  ];
  return graph.node('Slice', { inputs: [inputs[0]!, ...operands], output: name });
}

const codesOf = (type: 'uint8' | 'int8', code: number) =>
  type === 'uint8' ? Uint8Array.of(code) : Int8Array.of(code);

/** The byte type that holds every code, and where zero falls. */
const byteTypeOf = ({ low, high, zeroPoint }: QuantizeLayer): 'uint8' | 'int8' | undefined =>
  Math.min(low, zeroPoint) >= 0 && Math.max(high, zeroPoint) <= 255
    ? 'uint8'
    : Math.min(low, zeroPoint) >= -128 && Math.max(high, zeroPoint) <= 127
      ? 'int8'
      : undefined;

function writeQuantize(graph: GraphWriter, layer: QuantizeLayer, { codes }: Surroundings): string {
  const { name, inputs, scale, zeroPoint, low, high } = layer;
  const [x = ''] = inputs;
  const float = (what: string, n: number) => graph.constant(`${name}.${what}`, [], Float32Array.of(n));
  const part = (what: string) => graph.unused(`${name}/${what}`);
  const type = byteTypeOf(layer);
  if (type) {
    const quantize = (output: string) => {
      const zero = graph.constant(`${name}.zero_point`, [], codesOf(type, zeroPoint));
      return graph.node('QuantizeLinear', { inputs: [x, float('scale', scale), zero], output });
    };
    const whole = high - low === 255;
    if (whole) codes.set(name, type);
    if (whole) return quantize(name);
    // A narrower range has no type of its own: its codes go on as floats.
    const byte = quantize(part('byte'));
    const inputs = [byte, float('one', 1), graph.constant(`${name}.zero`, [], codesOf(type, 0))];
    const real = graph.node('DequantizeLinear', { inputs, output: part('real') });
    return writeClamp(graph, { low, high }, { x: real, output: name });
  }
  const unbounded = low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY;
  if (unbounded && scale === 1 && zeroPoint === 0) return graph.node('Round', { inputs: [x], output: name });
  const divided = graph.node('Div', { inputs: [x, float('scale', scale)], output: part('divided') });
  const rounded = graph.node('Round', { inputs: [divided], output: part('rounded') });
  const moved = graph.node('Add', {
    inputs: [rounded, float('zero_point', zeroPoint)],
    output: part('moved'),
  });
  return writeClamp(graph, { low, high }, { x: moved, output: name });
}
