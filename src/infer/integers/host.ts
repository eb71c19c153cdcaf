/** Which layers the machine does itself, which fall to the host, and which the host need not turn into bytes again. */
import { isConv, type Layer, type PoolLayer } from '../../model/layer.ts';
import { consumers, type Model } from '../../model/model.ts';

export interface HostLayer {
  readonly name: string;
  readonly op: Layer['op'];
}

/** The same numbers under another shape or beside others: a matter of addresses, no work for anyone. */
const movesBytes = ({ op }: Layer): boolean =>
  op === 'concat' || op === 'reshape' || op === 'slice' || op === 'transpose' || op === 'pad';

/**
 * Max pools that the machine takes on the way out of a conv: the only reader of a conv whose value is not itself a
 * model output. By the conv's name.
 */
export function fusedPools(model: Model): ReadonlyMap<string, PoolLayer> {
  const readers = consumers(model);
  const pools = new Map<string, PoolLayer>();
  for (const layer of model.layers) {
    const [reader, another] = readers.get(layer.name) ?? [];
    if (isConv(layer) && reader?.op === 'maxPool' && !another && !model.outputs.includes(layer.name))
      pools.set(layer.name, reader);
  }
  return pools;
}

/** Every layer the machine does not do, in order. */
export function hostLayers(model: Model): readonly HostLayer[] {
  const fused = new Set([...fusedPools(model).values()].map((pool) => pool.name));
  return model.layers
    .filter(
      (layer) => !isConv(layer) && !movesBytes(layer) && layer.op !== 'constant' && !fused.has(layer.name),
    )
    .map(({ name, op }) => ({ name, op }));
}

/** Done in bytes wherever formats allow; the rest is host arithmetic in fp32. */
const isNative = (layer: Layer): boolean =>
  isConv(layer) || movesBytes(layer) || layer.op === 'maxPool' || layer.op === 'clamp' || layer.op === 'add';

/** The values that some conv reads, directly or through other layers. */
export function feedsConv(model: Model): ReadonlySet<string> {
  const feeds = new Set<string>();
  for (const layer of model.layers.toReversed())
    if (isConv(layer) || feeds.has(layer.name)) for (const input of layer.inputs) feeds.add(input);
  return feeds;
}

/**
 * The values behind the last conv that the host computes in fp32 and that no conv ever reads: they stay fp32.
 * So a model output computed on the host is not rounded to bytes.
 */
export function staysReal(model: Model): ReadonlySet<string> {
  const feeds = feedsConv(model);
  const real = new Set<string>();
  for (const layer of model.layers)
    if (!feeds.has(layer.name) && (!isNative(layer) || layer.inputs.some((input) => real.has(input))))
      real.add(layer.name);
  return real;
}
