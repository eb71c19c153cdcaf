/** What each virtual channel of a layer asks of its row: ifmap non-zeros x taps, summed over tiles. */
import type { Arch } from '../arch/arch.ts';
import { countNonZeroColumns } from '../tensor/bytes.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';
import { chooseUnroll, type LoweredLayer, lower, type PlaneSlice } from './lowering.ts';

/** Of virtual channels, channel * slices + slice, in an ifmap; or, where none is known, of one without zeros: then the taps alone decide. */
export interface ChannelWork {
  readonly slices: number;
  /** Of the virtual channel that has most taps. */
  readonly mostTaps: number;
  readonly of: (ifmap: ByteData | undefined) => Float64Array;
}

export function channelWork(conv: ConvShape, weight: Int8Array, arch: Arch): ChannelWork {
  const lowered = lower(conv, chooseUnroll(conv, arch));
  const taps = lowered.map(({ slices }) => slices.map((slice) => mostTaps(conv, weight, slice)));
  const slices = Math.max(...lowered.map((layer) => layer.slices.length));
  return {
    slices,
    mostTaps: taps.flat().reduce((most, held) => held.reduce((m, k) => Math.max(m, k), most), 0),
    of(ifmap) {
      const work = new Float64Array(conv.C * slices);
      for (const [phase, layer] of lowered.entries())
        for (const [s, slice] of layer.slices.entries()) {
          const positions = positionsOf(conv, layer, slice);
          for (let c = 0; c < conv.C; c++)
            work[c * slices + s]! += nonZeros(ifmap, c * conv.H * conv.W, positions) * taps[phase]![s]![c]!;
        }
      return work;
    },
  };
}

/** For each channel, the most taps that any of its filters has in the slice: what a row waits for. */
function mostTaps({ C, K, R, S, groups }: ConvShape, weight: Int8Array, { taps }: PlaneSlice): Uint8Array {
  const most = new Uint8Array(C);
  const perGroup = C / groups;
  if (R * S === 1) {
    const whole = weight.length / groups; // filters of a group read the same channels
    for (let g = 0; g < groups; g++) {
      const held = countNonZeroColumns(weight.subarray(g * whole, (g + 1) * whole), perGroup);
      for (let c = 0; c < perGroup; c++) most[g * perGroup + c] = Math.min(1, held[c]!);
    }
    return most;
  }
  for (let k = 0; k < K; k++) {
    const first = Math.floor((k * groups) / K) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      let held = 0;
      for (const tap of taps) if (weight[(k * perGroup + c) * R * S + tap.weight]) held++;
      if (held > most[first + c]!) most[first + c] = held;
    }
  }
  return most;
}

/** Where a plane's positions lie in its channel, padding left out. */
function positionsOf(
  { H, W }: ConvShape,
  { rows, cols }: LoweredLayer,
  { origin, step }: PlaneSlice,
): Int32Array {
  const inside = (at: readonly [number, number], axis: 0 | 1, size: number): readonly number[] =>
    Array.from({ length: at[1] - at[0] }, (_, i) => origin[axis] + step[axis] * (at[0] + i)).filter(
      (place) => place >= 0 && place < size,
    );
  const xs = inside(cols, 1, W);
  return Int32Array.from(inside(rows, 0, H).flatMap((y) => xs.map((x) => y * W + x)));
}

function nonZeros(ifmap: ByteData | undefined, base: number, positions: Int32Array): number {
  if (!ifmap) return positions.length;
  let count = 0;
  for (let i = 0; i < positions.length; i++) if (ifmap[base + positions[i]!] !== 0) count++;
  return count;
}
