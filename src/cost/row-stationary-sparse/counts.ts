/** What a PE of the sparse row-stationary array walks through: ifmap non-zeros of a row, and weight columns it meets. */
import type { LayerWork } from '../../model/work.ts';
import { type ConvShape, ofmapWidth } from '../../tensor/conv.ts';
import type { ByteData } from '../../tensor/tensor.ts';

/** For each channel, ifmap row and tap of a filter row: the non-zeros that this tap meets while it slides along the row. */
export function rowCounts(ifmap: ByteData, conv: ConvShape): Int32Array {
  const { C, H, W, S, stride, pad, dilation } = conv;
  const Q = ofmapWidth(conv);
  const counts = new Int32Array(C * H * S);
  for (let row = 0; row < C * H; row++)
    for (let s = 0; s < S; s++) {
      let [met, x] = [0, s * dilation[1] - pad[1]];
      for (let q = 0; q < Q; q++, x += stride[1]) if (x >= 0 && x < W && ifmap[row * W + x] !== 0) met++;
      counts[row * S + s] = met;
    }
  return counts;
}

export interface WeightColumns {
  readonly filters: number; // of a chunk: the column's height
  readonly chunks: number; // of the filters of a group
  /** Cycles a non-zero ifmap value spends on a column, by group, chunk, channel and kernel position; see columnCycles. */
  readonly cycles: Uint8Array;
  /** Non-zero weights of each chunk, channel and kernel row: what fills a PE's weight memory. */
  readonly held: Uint16Array;
}

/**
 * A column is the weights of one chunk of filters that one ifmap value meets. Two are multiplied a cycle; a value whose
 * column is empty still takes a cycle to find that out.
 */
export const columnCycles = (nonZeros: number): number => Math.max(1, Math.ceil(nonZeros / 2));

export function weightColumns(
  { conv, weight }: Pick<LayerWork, 'conv' | 'weight'>,
  filters: number,
): WeightColumns {
  const { groups, R, S } = conv;
  const [K, C] = [conv.K / groups, conv.C / groups];
  const chunks = Math.ceil(K / filters);
  const perFilter = C * R * S;
  const cycles = new Uint8Array(groups * chunks * perFilter);
  for (let k = 0; k < conv.K; k++) {
    const chunk = Math.floor(k / K) * chunks + Math.floor((k % K) / filters);
    addNonZeros(
      weight.data.subarray(k * perFilter, (k + 1) * perFilter),
      cycles.subarray(chunk * perFilter, (chunk + 1) * perFilter),
    );
  }
  const held = new Uint16Array(cycles.length / S);
  for (let row = 0; row < held.length; row++) for (let s = 0; s < S; s++) held[row]! += cycles[row * S + s]!;
  for (let i = 0; i < cycles.length; i++) cycles[i] = columnCycles(cycles[i]!);
  return { filters, chunks, cycles, held };
}

function addNonZeros(weights: Int8Array, counts: Uint8Array): void {
  for (let i = 0; i < weights.length; i++) counts[i]! += weights[i] === 0 ? 0 : 1;
}
