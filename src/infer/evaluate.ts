/** Runs a model in float32, layer by layer; a value is dropped after its last reader. */
import { fail } from '../errors.ts';
import type { Layer } from '../model/layer.ts';
import type { Model, Port } from '../model/model.ts';
import { sameShape } from '../tensor/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';
import { codeGroups } from './code-groups.ts';
import { convolve } from './ops/conv.ts';
import { add, affine, clamp, leakyRelu, sigmoid } from './ops/elementwise.ts';
import { lrn } from './ops/lrn.ts';
import { concat, pad, slice, transpose } from './ops/movement.ts';
import { evaluateOnCodes } from './ops/on-codes.ts';
import { avgPool, maxPool } from './ops/pool.ts';
import { dequantize, quantize } from './ops/quantize.ts';
import { softmax } from './ops/softmax.ts';

export interface EvaluateOptions {
  /** Sees every value once, the model's inputs first. The tensor must not be changed. */
  readonly watch?: (value: string, tensor: Tensor) => void;
}

/** The model's outputs for these inputs. */
export function evaluate(
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  { watch }: EvaluateOptions = {},
): ReadonlyMap<string, Tensor> {
  const values = new Map<string, Tensor>();
  const keep = (name: string, tensor: Tensor): void => {
    values.set(name, tensor);
    watch?.(name, tensor);
  };
  for (const port of model.inputs) keep(port.name, checkInput(port, inputs.get(port.name)));

  const groups = codeGroups(model);
  const readBy = (layer: Layer): readonly string[] => {
    const codes = groups.get(layer.name)?.from.inputs ?? [];
    return [...layer.inputs, ...codes];
  };
  const lastReader = new Map<string, Layer>();
  for (const layer of model.layers) for (const input of readBy(layer)) lastReader.set(input, layer);
  const wanted = new Set(model.outputs);
  const drop = (name: string): void => {
    if (!wanted.has(name)) values.delete(name);
  };

  for (const layer of model.layers) {
    const read = readBy(layer).map((name) => values.get(name) ?? missing(name, layer));
    const group = groups.get(layer.name);
    keep(
      layer.name,
      group
        ? { shape: layer.shape, data: evaluateOnCodes(group, asFloat32(read[1]!.data)) }
        : evaluateLayer(layer, read),
    );
    for (const name of readBy(layer)) if (lastReader.get(name) === layer) drop(name);
    if (!lastReader.has(layer.name)) drop(layer.name);
  }
  return new Map(
    model.outputs.map((name) => [name, values.get(name) ?? fail(`no value is named "${name}"`)]),
  );
}

/** One layer's ofmap. */
export function evaluateLayer(layer: Layer, inputs: readonly Tensor[]): Tensor {
  const data = (evaluators[layer.op] as Evaluator<Layer>)(layer, inputs);
  if (data.length !== layer.shape.reduce((n, d) => n * d, 1))
    throw new Error(`layer "${layer.name}" gave ${data.length} values for shape [${layer.shape}]`);
  checkFinite(data, layer);
  return { shape: layer.shape, data };
}

type Evaluator<L> = (layer: L, inputs: readonly Tensor[]) => Float32Array;
type LayerOf<O extends Layer['op']> = Layer extends infer L
  ? L extends { readonly op: infer Ops }
    ? O extends Ops
      ? L
      : never
    : never
  : never;

const x = (inputs: readonly Tensor[]): Float32Array => inputs[0]!.data;

/** A layer kind without a line here does not compile. */
const evaluators: { readonly [O in Layer['op']]: Evaluator<LayerOf<O>> } = {
  conv: (layer, inputs) => convWithClamp(layer, inputs),
  fc: (layer, inputs) => convWithClamp(layer, inputs),
  affine: (layer, inputs) => affine(x(inputs), layer.shape, layer),
  clamp: (layer, inputs) => clamp(x(inputs), layer.clamp),
  leakyRelu: (layer, inputs) => leakyRelu(x(inputs), layer.alpha),
  sigmoid: (_, inputs) => sigmoid(x(inputs)),
  softmax: (layer, inputs) => softmax(x(inputs), layer.shape, layer.axis),
  lrn: (layer, inputs) => lrn(x(inputs), layer.shape, layer),
  maxPool: (layer, inputs) => maxPool(x(inputs), { from: inputs[0]!.shape, to: layer.shape }, layer),
  avgPool: (layer, inputs) => avgPool(x(inputs), { from: inputs[0]!.shape, to: layer.shape }, layer),
  add: (_, inputs) => add(x(inputs), inputs[1]!.data),
  concat: (layer, inputs) => concat(inputs, layer.axis),
  reshape: (_, inputs) => x(inputs),
  transpose: (layer, inputs) => transpose(inputs[0]!, layer.perm),
  slice: (layer, inputs) => slice(inputs[0]!, layer),
  pad: (layer, inputs) => pad(inputs[0]!, layer),
  quantize: (layer, inputs) => quantize(x(inputs), layer),
  dequantize: (layer, inputs) => dequantize(x(inputs), layer),
  constant: ({ value: { data } }) => asFloat32(data),
};

/** Checked before the clamp, which could hide an infinity. */
function convWithClamp(layer: LayerOf<'conv'>, inputs: readonly Tensor[]): Float32Array {
  const out = convolve(x(inputs), layer);
  checkFinite(out, layer);
  return layer.clamp ? clamp(out, layer.clamp) : out;
}

const asFloat32 = (data: TensorData): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);

function checkInput({ name, shape }: Port, given: Tensor | undefined): Tensor {
  if (!given) fail(`the model's input "${name}" is missing`, { hint: `give it values of shape [${shape}]` });
  if (!sameShape(shape, given.shape))
    fail(`the model's input "${name}" has shape [${given.shape}], expected [${shape}]`);
  if (!allFinite(given.data)) fail(`the model's input "${name}" holds a value that is not a finite number`);
  return given;
}

/** 0 * x is NaN for exactly the values that are not finite, and NaN sticks in the sum. */
function allFinite(data: ArrayLike<number>): boolean {
  let zero = 0;
  for (let i = 0; i < data.length; i++) zero += 0 * data[i]!;
  return zero === 0;
}

function checkFinite(data: Float32Array, layer: Layer): void {
  if (allFinite(data)) return;
  const at = `layer "${layer.name}"`;
  if ('weight' in layer && layer.weight && !allFinite(layer.weight.data))
    fail('its weights hold a value that is not a finite number', {
      at,
      hint: 'train or export the model again',
    });
  if ('bias' in layer && layer.bias instanceof Float32Array && !allFinite(layer.bias))
    fail('its bias holds a value that is not a finite number', {
      at,
      hint: 'train or export the model again',
    });
  fail('its result holds a value that is not a finite number', {
    at,
    hint: 'look at the parameters of this layer, and at how the input was scaled',
  });
}

const missing = (name: string, layer: Layer): never =>
  fail(`it reads "${name}", which no input and no layer before it gives`, { at: `layer "${layer.name}"` });
