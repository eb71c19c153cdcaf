/**
 * A layer that is too large for the machine's tables as layers that are not, with the same ofmap: a fully connected one
 * has fewer channels of more pixels, and any has its filters in shares.
 */
import type { ByteData } from '../../tensor/tensor.ts';
import type { MachineLayer } from './machine-layer.ts';
import type { NetworkTask } from './network-tasks.ts';

/**
 * A fully connected layer over C inputs as ceil(C / pixels) channels of 1 x `pixels` under a kernel as wide: what lies side
 * by side in a filter's weights becomes its taps. Filled up with zeros where `pixels` does not divide C; its channels come
 * as they are listed, for an order of single inputs is none of whole channels.
 */
export function unflattened(task: NetworkTask, pixels: number): NetworkTask {
  const layer = task.chain.layers[0]!;
  const { C, K } = layer.conv;
  const channels = Math.ceil(C / pixels);
  const filled = channels * pixels;
  const weight = new Int8Array(K * filled);
  for (let k = 0; k < K; k++) weight.set(layer.weight.subarray(k * C, (k + 1) * C), k * filled);
  const ifmap = task.ifmap instanceof Int8Array ? new Int8Array(filled) : new Uint8Array(filled);
  ifmap.set(task.ifmap);
  const conv = { ...layer.conv, C: channels, W: pixels, S: pixels };
  return {
    ...task,
    ifmap,
    chain: { ...task.chain, layers: [{ ...layer, conv, weight, order: undefined }] },
  };
}

/** One pixel under one tap. */
export const isFullyConnected = ({ conv: { H, W, R, S, pad, groups } }: MachineLayer): boolean =>
  H === 1 && W === 1 && R === 1 && S === 1 && groups === 1 && pad.every((n) => n === 0);

/** Two layers, one after another, whole blocks of `cols` filters each; undefined where there is only one. */
export function filterHalves(
  task: NetworkTask,
  cols: number,
): readonly [NetworkTask, NetworkTask] | undefined {
  const { K } = task.chain.layers[0]!.conv;
  const blocks = Math.ceil(K / cols);
  if (blocks < 2) return undefined;
  const middle = Math.ceil(blocks / 2) * cols;
  return [filtersOf(task, [0, middle]), filtersOf(task, [middle, K])];
}

/** A share of a layer's filters over the same ifmap. */
export function filtersOf(
  { chain, ifmap, ofmaps }: NetworkTask,
  [first, end]: readonly [number, number],
): NetworkTask {
  const layer = chain.layers[0]!;
  const { K } = layer.conv;
  const share = <T extends ByteData | Int32Array>(values: T): T =>
    values.subarray((first * values.length) / K, (end * values.length) / K) as T;
  const own: MachineLayer = {
    ...layer,
    conv: { ...layer.conv, K: end - first },
    weight: share(layer.weight),
    ...(layer.bias && { bias: share(layer.bias) }),
    multiplier: share(layer.multiplier),
    shift: share(layer.shift),
  };
  return { chain: { ...chain, layers: [own] }, ifmap, ofmaps: [share(ofmaps[0]!)] };
}
