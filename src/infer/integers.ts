/**
 * Runs a quantised network in integers, value by value: convs in the machine's arithmetic (integers/conv.ts), sums in
 * a host's (integers/add.ts), what only moves values on the bytes themselves, and the rest on the host in fp32
 * between a dequantisation and a quantisation.
 */
import { fail, within } from '../errors.ts';
import { type ConvLayer, isConv, type Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { QuantizedConv, QuantizedModel, ValueFormat } from '../model/quantized.ts';
import { sameShape } from '../tensor/shape.ts';
import type { ByteData, Tensor } from '../tensor/tensor.ts';
import { evaluateLayer } from './evaluate.ts';
import { addBytes, addScales } from './integers/add.ts';
import { clampBytes, toBytes, toReals } from './integers/bytes.ts';
import { accumulate, type Convolve, fastConvolve, requantised } from './integers/conv.ts';
import { staysReal } from './integers/host.ts';
import { moveBytes } from './integers/move.ts';

export { accumulate, type Convolve, fastConvolve } from './integers/conv.ts';
export { feedsConv, fusedPools, type HostLayer, hostLayers, staysReal } from './integers/host.ts';
export interface IntegerOptions {
  readonly convolve?: Convolve;
  /** Told of every layer whose ofmap is bytes. */
  readonly watch?: (layer: Layer, ifmaps: readonly ByteData[], ofmap: ByteData) => void;
}

/** The model's outputs, dequantised; those that the host computes behind the last conv were never rounded. */
export function runIntegers(
  quantized: QuantizedModel,
  inputs: ReadonlyMap<string, Tensor>,
  { convolve = fastConvolve, watch }: IntegerOptions = {},
): ReadonlyMap<string, Tensor> {
  const { model, values } = quantized;
  const real = staysReal(model);
  const held = new Map<string, Tensor<ByteData> | Tensor>();
  const formatOf = (value: string): ValueFormat => values.get(value)!;
  const bytesOf = (value: string): Tensor<ByteData> => {
    const tensor = held.get(value)!;
    return holdsReals(tensor) ? toBytes(tensor, formatOf(value)) : tensor;
  };
  const realsOf = (value: string): Tensor => {
    const tensor = held.get(value)!;
    return holdsReals(tensor) ? tensor : toReals(tensor, formatOf(value));
  };

  const sums = accumulate(convolve);
  const convBytes = (layer: ConvLayer, conv: QuantizedConv, ifmap: ByteData): Tensor<ByteData> => ({
    shape: layer.shape,
    data: requantised(sums(layer, conv, ifmap), conv, formatOf(layer.name).type),
  });

  for (const { name, shape } of model.inputs) {
    const input = inputs.get(name) ?? fail(`the model's input "${name}" is missing`);
    if (!sameShape(input.shape, shape))
      fail(`input "${name}" has shape [${input.shape}], the model needs [${shape}]`);
    if (input.data.some(Number.isNaN)) fail(`input "${name}" holds values that are not numbers`);
    held.set(name, toBytes(input, formatOf(name)));
  }
  const lastReader = lastReaders(model);
  for (const layer of model.layers) {
    if (real.has(layer.name)) held.set(layer.name, evaluateLayer(layer, layer.inputs.map(realsOf)));
    else {
      const ifmaps = layer.inputs.map(bytesOf);
      const format = formatOf(layer.name);
      const ofmap = within(`layer "${layer.name}"`, () =>
        isConv(layer)
          ? convBytes(layer, quantized.convs.get(layer.name)!, ifmaps[0]!.data)
          : (inBytes(layer, ifmaps, { formats: layer.inputs.map(formatOf), format }) ??
            toBytes(evaluateLayer(layer, layer.inputs.map(realsOf)), format)),
      );
      held.set(layer.name, ofmap);
      watch?.(
        layer,
        ifmaps.map((ifmap) => ifmap.data),
        ofmap.data,
      );
    }
    for (const input of layer.inputs) if (lastReader.get(input) === layer) held.delete(input);
    if (!lastReader.has(layer.name) && !model.outputs.includes(layer.name)) held.delete(layer.name);
  }
  return new Map(model.outputs.map((output) => [output, realsOf(output)]));
}

const holdsReals = (tensor: Tensor<ByteData> | Tensor): tensor is Tensor =>
  tensor.data instanceof Float32Array;

/** The ofmap computed on bytes alone, or undefined where only real arithmetic gets it right. */
function inBytes(
  layer: Layer,
  ifmaps: readonly Tensor<ByteData>[],
  { formats, format }: { formats: readonly ValueFormat[]; format: ValueFormat },
): Tensor<ByteData> | undefined {
  if (layer.op === 'add') {
    const [a, b] = formats as [ValueFormat, ValueFormat];
    const scales = { ...addScales(a, b, format), type: format.type };
    return { shape: layer.shape, data: addBytes(ifmaps[0]!.data, ifmaps[1]!.data, scales) };
  }
  if (formats.some(({ scale, type }) => scale !== format.scale || type !== format.type)) return undefined;
  if (layer.op === 'clamp') {
    const [low, high] = clampBytes(layer.clamp, format);
    const data = ifmaps[0]!.data.map((byte) => Math.min(Math.max(byte, low), high)) as ByteData;
    return { shape: layer.shape, data };
  }
  return moveBytes(layer, ifmaps);
}

/** For each value that is not a model output, the layer after which it can be forgotten. */
function lastReaders(model: Model): ReadonlyMap<string, Layer> {
  const last = new Map<string, Layer>();
  for (const layer of model.layers) for (const input of layer.inputs) last.set(input, layer);
  for (const output of model.outputs) last.delete(output);
  return last;
}
