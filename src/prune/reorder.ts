/**
 * Filters of a layer in another order, and everything that reads them told so: the network computes what it did.
 *
 *   conv1 (filters reordered) -> norm, clamp, pool (channels likewise) -> flatten -> fc (input channels likewise)
 *
 * An order is carried through what works channel by channel, up to the layers that sum over channels. Where it would
 * meet an addition, a concatenation or an output of the network it cannot be, and the layer keeps its order.
 */
import { type ConvLayer, isConv, type Layer } from '../model/layer.ts';
import { consumers, type Model } from '../model/model.ts';

/** position -> filter as it was */
export type Order = Int32Array;

/** Layers whose filters may stand in any order. */
export function reorderable(model: Model): ReadonlySet<string> {
  const readers = consumers(model);
  const outputs = new Set(model.outputs);
  const free = (value: string): boolean =>
    !outputs.has(value) &&
    (readers.get(value) ?? []).every((layer) => absorbs(layer) || (carries(layer) && free(layer.name)));
  return new Set(
    model.layers.filter((layer) => isConv(layer) && layer.conv.groups === 1 && free(layer.name)).map(nameOf),
  );
}

const nameOf = ({ name }: Layer): string => name;

const absorbs = (layer: Layer): boolean => isConv(layer) && layer.conv.groups === 1;

/** Depthwise with one filter a channel keeps channels apart; so does flattening, which keeps each channel's pixels together. */
function carries(layer: Layer): boolean {
  switch (layer.op) {
    case 'conv':
      return layer.conv.groups === layer.conv.C && layer.conv.K === layer.conv.C;
    case 'affine':
    case 'clamp':
    case 'leakyRelu':
    case 'sigmoid':
    case 'maxPool':
    case 'avgPool':
      return true;
    case 'reshape':
      return layer.shape.length === 2 && layer.shape[0] === 1;
    default:
      return false;
  }
}

/** The same function with filters in these orders; layers must be `reorderable`. */
export function reorderFilters(model: Model, orders: ReadonlyMap<string, Order>): Model {
  const carried = new Map<string, Order>();
  const layers = model.layers.map((layer): Layer => {
    const source = carried.get(layer.inputs[0] ?? '');
    if (isConv(layer) && layer.conv.groups === 1) {
      const own = orders.get(layer.name);
      if (own) carried.set(layer.name, own);
      return own || source ? reorderedConv(layer, own, source) : layer;
    }
    if (source) carried.set(layer.name, source);
    return source ? followed(layer, source) : layer;
  });
  return { ...model, layers };
}

function reorderedConv(layer: ConvLayer, own: Order | undefined, source: Order | undefined): ConvLayer {
  const { conv, weight, bias, codes: _, ...rest } = layer;
  if (!weight) return layer;
  const kernel = conv.R * conv.S;
  // Behind a flattened map one carried channel is several inputs that lie together.
  const each = source ? conv.C / source.length : conv.C;
  const data = new Float32Array(weight.data.length);
  const row = conv.C * kernel;
  for (let k = 0; k < conv.K; k++) {
    const from = (own?.[k] ?? k) * row;
    for (let c = 0; c < conv.C; c += each) {
      const old = source ? source[c / each]! * each : c;
      data.set(weight.data.subarray(from + old * kernel, from + (old + each) * kernel), k * row + c * kernel);
    }
  }
  return {
    ...rest,
    conv,
    weight: { shape: weight.shape, data },
    bias: bias && (own ? gather(bias, own) : bias),
  };
}

/** Layers that work channel by channel. */
function followed(layer: Layer, order: Order): Layer {
  if (layer.op === 'affine' && layer.scale.length > 1)
    return { ...layer, scale: gather(layer.scale, order), shift: gather(layer.shift, order) };
  if (!isConv(layer) || !layer.weight) return layer;
  const { codes: _, ...rest } = layer;
  const kernel = layer.conv.R * layer.conv.S;
  const data = new Float32Array(layer.weight.data.length);
  order.forEach((old, k) => {
    data.set(layer.weight!.data.subarray(old * kernel, (old + 1) * kernel), k * kernel);
  });
  return {
    ...rest,
    weight: { shape: layer.weight.shape, data },
    bias: layer.bias && gather(layer.bias, order),
  };
}

const gather = (values: Float32Array, order: Order): Float32Array =>
  Float32Array.from(order, (old) => values[old]!);
