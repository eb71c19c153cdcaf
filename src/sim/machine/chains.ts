/**
 * Which layers of a quantised network the machine runs after each other without the host: chains of convolutions and
 * fully connected layers, with the max pools behind them. What lies between chains (sums, slices, average pools) is
 * host work; every value inside a chain lies in memory, where the host can read it.
 */
import { fail } from '../../errors.ts';
import { fusedPools } from '../../infer/integers.ts';
import { type ConvLayer, isConv, type Layer, type PoolLayer } from '../../model/layer.ts';
import type { QuantizedModel } from '../../model/quantized.ts';
import type { MachineLayer, Pooling } from './machine-layer.ts';

export interface Chain {
  readonly layers: readonly MachineLayer[];
  /** The model's value that is the first layer's ifmap, and the value that each layer writes. */
  readonly input: string;
  readonly values: readonly string[];
}

export function machineChains(quantized: QuantizedModel): readonly Chain[] {
  const { model } = quantized;
  const pools = fusedPools(model);
  const chains: { layers: MachineLayer[]; input: string; values: string[] }[] = [];
  const source = sourceFinder(model.layers);
  for (const layer of model.layers) {
    if (!isConv(layer)) continue;
    const pool = pools.get(layer.name);
    const next = machineLayer(layer, pool, quantized);
    const from = source(layer.inputs[0]!);
    const open = chains.at(-1);
    if (open && from === open.values.at(-1)) {
      open.layers.push(next);
      open.values.push(pool?.name ?? layer.name);
    } else chains.push({ layers: [next], input: layer.inputs[0]!, values: [pool?.name ?? layer.name] });
  }
  return chains;
}

/** The value a layer reads, seen through what only gives it another shape. */
function sourceFinder(layers: readonly Layer[]): (value: string) => string {
  const reshapes = new Map(
    layers.flatMap((l) => (l.op === 'reshape' ? [[l.name, l.inputs[0]!] as const] : [])),
  );
  const find = (value: string): string => {
    const before = reshapes.get(value);
    return before === undefined ? value : find(before);
  };
  return find;
}

function machineLayer(
  layer: ConvLayer,
  pool: PoolLayer | undefined,
  { convs, values }: QuantizedModel,
): MachineLayer {
  const { weight, bias, requantisation, correction } = convs.get(layer.name)!;
  const at = `layer "${layer.name}"`;
  if (correction) fail('the machine has no window sums for asymmetric weights', { at });
  return {
    name: layer.name,
    conv: layer.conv,
    weight: weight.data,
    bias,
    ...requantisation,
    signed: values.get(layer.inputs[0]!)!.type === 'int8',
    pool: pool && pooling(pool),
  };
}

function pooling({ name, kernel, stride, dilation, pad, shape }: PoolLayer): Pooling {
  const square = kernel[0] === kernel[1] && stride[0] === stride[1] && dilation.every((d) => d === 1);
  if (!square) fail('the machine pools square windows only', { at: `layer "${name}"` });
  return {
    kernel: kernel[0]!,
    stride: stride[0]!,
    pad: [pad[0]!, pad[1]!],
    to: [shape[2]!, shape[3]!],
  };
}
