/**
 * Imported asymmetric weights, w = code - zeroPoint, on a machine whose weights are symmetric int8: the machine
 * multiplies by code - 128 and, with one more filter of ones a group, adds up the ifmap window, from which the missing
 * (128 - zeroPoint) * sum is made on the way out. This adds those filters to the work, so that they are paid for.
 */
import type { ConvShape } from '../tensor/conv.ts';
import type { Tensor } from '../tensor/tensor.ts';

export function withWindowSums(
  conv: ConvShape,
  weight: Tensor<Int8Array>,
): { readonly conv: ConvShape; readonly weight: Tensor<Int8Array> } {
  const { K, C, R, S, groups } = conv;
  const [perGroup, perFilter] = [K / groups, (C / groups) * R * S];
  const filters = new Int8Array((K + groups) * perFilter);
  for (let group = 0; group < groups; group++) {
    const at = group * (perGroup + 1) * perFilter;
    filters.set(weight.data.subarray(group * perGroup * perFilter, (group + 1) * perGroup * perFilter), at);
    filters.fill(1, at + perGroup * perFilter, at + (perGroup + 1) * perFilter);
  }
  return {
    conv: { ...conv, K: K + groups },
    weight: { shape: [K + groups, C / groups, R, S], data: filters },
  };
}
