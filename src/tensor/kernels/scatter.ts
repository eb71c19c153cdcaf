/**
 * The sparse multiply-accumulate of one row of one wave: each ifmap non-zero of a channel meets each tap of a block of
 * filters, as the row's processing elements do.
 *
 *   psums[(positions[i] + offset[t]) * cols + col] += values[i] * weight[t * cols + col]
 */
import type { ByteData } from '../tensor.ts';
import { growTo, instantiate, type Kernels, layOut } from './module.ts';

/** Non-zeros of one ifmap channel in one tile. */
export interface NonZeros {
  readonly positions: Uint16Array | Int32Array;
  readonly values: ByteData;
  readonly count: number;
}

/** Taps of one channel for all filters of a block. */
export interface Taps {
  readonly offset: Int32Array; // [tap], added to a position
  readonly weight: Int8Array; // [tap][col], zero where a filter lacks the tap
  readonly count: number;
}

export interface ScatterRow extends NonZeros {
  readonly taps: Taps;
  readonly cols: number;
  readonly psums: Int32Array; // [address][col]
}

/** The plain twin. */
export function scatter({ positions, values, count, taps, cols, psums }: ScatterRow): void {
  for (let i = 0; i < count; i++)
    for (let t = 0; t < taps.count; t++) {
      const at = (positions[i]! + taps.offset[t]!) * cols;
      for (let col = 0; col < cols; col++)
        psums[at + col] = psums[at + col]! + values[i]! * taps.weight[t * cols + col]!;
    }
}

/** Psums of one tile for one block of filters, living in WebAssembly memory of their own. */
export interface PsumBank {
  /** [address][col]; to be read, drained and cleared in place. Ask again after each scatter: a larger row moves it. */
  readonly psums: () => Int32Array;
  readonly scatter: (nonZeros: NonZeros, taps: Taps) => void;
}

export function psumBank({ addresses, cols }: { addresses: number; cols: number }): PsumBank {
  const kernels = instantiate();
  const psumBytes = addresses * cols * 4;
  let operands = operandsFor(kernels, psumBytes, { positions: 0, taps: 0, cols });
  let psums = new Int32Array(kernels.memory.buffer, 0, addresses * cols);
  return {
    psums: () => psums,
    scatter({ positions, values, count }, taps) {
      if (count === 0 || taps.count === 0) return;
      if (count > operands.values.length || taps.count > operands.offsets.length) {
        const need = {
          positions: Math.max(count, 2 * operands.values.length),
          taps: Math.max(taps.count, 2 * operands.offsets.length),
          cols,
        };
        operands = operandsFor(kernels, psumBytes, need);
        psums = new Int32Array(kernels.memory.buffer, 0, addresses * cols);
      }
      const { at } = operands;
      const [least, most] = copyScaled(operands.rows, positions, { count, cols });
      const [first, last] = copyScaled(operands.offsets, taps.offset, { count: taps.count, cols });
      if (least + first < 0 || most + last >= addresses)
        throw new Error(`psum addresses ${least + first} to ${most + last} of ${addresses}`);
      for (let i = 0; i < count; i++) operands.values[i] = values[i]! & 0xffff;
      for (let i = 0; i < taps.count * cols; i++) operands.weights[i] = taps.weight[i]!;
      kernels.scatter(at.rows, at.values, count, at.offsets, at.weights, taps.count, cols, at.psums);
    },
  };
}

function operandsFor(
  kernels: Kernels,
  psumBytes: number,
  { positions, taps, cols }: { positions: number; taps: number; cols: number },
) {
  const { at, bytes } = layOut({
    psums: psumBytes, // first, so that they stay where they are when the others grow
    rows: positions * 4,
    values: positions * 4,
    offsets: taps * 4,
    weights: taps * cols * 4,
  });
  growTo(bytes, kernels);
  const { buffer } = kernels.memory;
  return {
    at,
    rows: new Int32Array(buffer, at.rows, positions),
    values: new Int32Array(buffer, at.values, positions),
    offsets: new Int32Array(buffer, at.offsets, taps),
    weights: new Int32Array(buffer, at.weights, taps * cols),
  };
}

/** Copies `count` addresses as bytes of psum rows; returns the smallest and the largest address. */
function copyScaled(
  target: Int32Array,
  source: Uint16Array | Int32Array,
  { count, cols }: { count: number; cols: number },
): [least: number, most: number] {
  let [least, most] = [source[0]!, source[0]!];
  for (let i = 0; i < count; i++) {
    const n = source[i]!;
    target[i] = n * cols * 4;
    if (n < least) least = n;
    if (n > most) most = n;
  }
  return [least, most];
}
