/**
 * First weights for networks of which only the topology is known. He et al., ICCV 2015, equation 10: normal with
 * variance 2 / fan-in in front of a ReLU; 1 / fan-in (LeCun et al. 1998) elsewhere; biases 0.
 *
 * Deep networks do not start without batch norm, and a zoo topology has it folded away: it is put back behind every
 * convolution, to be folded again for the machine.
 */

import type { ConvLayer } from '../model/layer.ts';
import { isConv, type Layer } from '../model/layer.ts';
import { consumers, type Model } from '../model/model.ts';
import { weightCount } from '../tensor/conv.ts';
import type { Random } from '../tensor/random.ts';

export interface InitialiseOptions {
  /** Put a batch norm behind each convolution that has none; as the network is deep, unless said. */
  readonly norms?: boolean;
}

/** Deeper ones get batch norms: VGG-16 was trained without, but from shallower networks' weights. */
const DEEP = 8;

export function initialise(model: Model, random: Random, options: InitialiseOptions = {}): Model {
  const deep = model.layers.filter((layer) => layer.op === 'conv').length > DEEP;
  const { norms = deep } = options;
  const drawn = model.layers.map((layer) => (isConv(layer) ? withWeights(layer, model, random) : layer));
  const layers = norms ? withNorms({ ...model, layers: drawn }) : drawn;
  return {
    ...model,
    layers,
    receipts: [{ madeBy: 'sense-cnn initialise', note: 'random weights (He)' }, ...model.receipts],
  };
}

function withWeights(layer: ConvLayer, model: Model, random: Random): ConvLayer {
  const { conv, name } = layer;
  const fanIn = (conv.C / conv.groups) * conv.R * conv.S;
  const deviation = Math.sqrt((isRectified(layer, model) ? 2 : 1) / fanIn);
  const { normal } = random.stream(name);
  const data = Float32Array.from({ length: weightCount(conv) }, () => deviation * normal());
  return {
    ...layer,
    weight: { shape: [conv.K, conv.C / conv.groups, conv.R, conv.S], data },
    codes: undefined,
    bias: new Float32Array(conv.K),
  };
}

/** A ReLU or its kin follows, folded in, straight behind or behind a scale and shift. */
function isRectified(layer: Layer, model: Model): boolean {
  if (isConv(layer) && layer.clamp) return true;
  const readers = consumers(model).get(layer.name) ?? [];
  return readers.some(
    (reader) =>
      reader.op === 'clamp' ||
      reader.op === 'leakyRelu' ||
      (reader.op === 'affine' && isRectified(reader, model)),
  );
}

/** conv -> conv, norm, clamp: the layer's own name stays with the convolution, its readers read the last of the three. */
function withNorms(model: Model): Layer[] {
  const readers = consumers(model);
  const renamed = new Map<string, string>();
  return model.layers.flatMap((layer): Layer[] => {
    const inputs = layer.inputs.map((name) => renamed.get(name) ?? name);
    const behind = readers.get(layer.name) ?? [];
    if (layer.op !== 'conv' || behind.some(({ op }) => op === 'affine')) return [{ ...layer, inputs }];
    if (model.outputs.includes(layer.name)) return [{ ...layer, inputs }];
    const { clamp, bias: _, ...bare } = layer;
    const norm = `${layer.name}/norm`;
    const { shape } = layer;
    const out: Layer[] = [
      { ...bare, inputs },
      {
        op: 'affine',
        name: norm,
        inputs: [layer.name],
        shape,
        scale: new Float32Array(layer.conv.K).fill(1),
        shift: new Float32Array(layer.conv.K),
      },
    ];
    if (clamp) out.push({ op: 'clamp', name: `${layer.name}/clamp`, inputs: [norm], shape, clamp });
    renamed.set(layer.name, clamp ? `${layer.name}/clamp` : norm);
    return out;
  });
}
