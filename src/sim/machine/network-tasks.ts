/** What a machine has to do for one input of a network, chain by chain, and what must come out of every layer of it. */

import { toBytes } from '../../infer/integers/bytes.ts';
import { runIntegers } from '../../infer/integers.ts';
import type { QuantizedModel } from '../../model/quantized.ts';
import type { ChannelOrder } from '../../schedule/channel-order.ts';
import type { ByteData, Tensor } from '../../tensor/tensor.ts';
import { type Chain, machineChains } from './chains.ts';

export interface NetworkTask {
  readonly chain: Chain;
  readonly ifmap: ByteData;
  /** Of each layer, what the network in integers (infer/integers.ts) has for it. */
  readonly ofmaps: readonly ByteData[];
}

/**
 * One task a chain. Where every task's ofmaps are met, so is the network: the ifmaps between chains are what host work
 * makes of these same ofmaps.
 */
export function networkTasks(
  quantized: QuantizedModel,
  inputs: ReadonlyMap<string, Tensor>,
  orders: ReadonlyMap<string, ChannelOrder | undefined> = new Map(),
): readonly NetworkTask[] {
  const { model, values } = quantized;
  const held = new Map<string, ByteData>();
  for (const { name } of model.inputs) held.set(name, toBytes(inputs.get(name)!, values.get(name)!).data);
  runIntegers(quantized, inputs, { watch: (layer, _, ofmap) => held.set(layer.name, ofmap) });
  return machineChains(quantized).map((chain) => ({
    chain: { ...chain, layers: chain.layers.map((layer) => ({ ...layer, order: orders.get(layer.name) })) },
    ifmap: held.get(chain.input)!,
    ofmaps: chain.values.map((value) => held.get(value)!),
  }));
}
