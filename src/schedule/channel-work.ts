/** What each virtual channel of a layer asks of its row: ifmap non-zeros x taps, summed over tiles. */
import type { Arch } from '../arch/arch.ts';
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';
import { chooseUnroll, type LoweredLayer, lower, type PlaneSlice } from './lowering.ts';
import { mostTaps } from './most-taps.ts';

/** Of virtual channels, channel * slices + slice, in an ifmap; or, where none is known, of one without zeros: then the taps alone decide. */
export interface ChannelWork {
  readonly slices: number;
  /** Of the virtual channel that has most taps. */
  readonly mostTaps: number;
  readonly of: (ifmap: ByteData | undefined) => Float64Array;
}

export function channelWork(conv: ConvShape, weight: Int8Array, arch: Arch): ChannelWork {
  const lowered = lower(conv, chooseUnroll(conv, arch));
  return workOf(
    conv,
    lowered.map((layer) => ({ layer, taps: tapsOf(conv, weight, layer) })),
  );
}

interface Phase {
  readonly layer: LoweredLayer;
  readonly taps: Uint8Array; // of virtual channels
}

function workOf(conv: ConvShape, phases: readonly Phase[]): ChannelWork {
  const slices = Math.max(...phases.map(({ layer }) => layer.slices.length));
  return {
    slices,
    mostTaps: phases.reduce((most, { taps }) => taps.reduce((m, k) => Math.max(m, k), most), 0),
    of(ifmap) {
      const work = new Float64Array(conv.C * slices);
      for (const { layer, taps } of phases)
        for (const [s, slice] of layer.slices.entries()) {
          const positions = positionsOf(conv, layer, slice);
          for (let c = 0; c < conv.C; c++)
            work[c * slices + s]! +=
              nonZeros(ifmap, c * conv.H * conv.W, positions) * taps[c * layer.slices.length + s]!;
        }
      return work;
    },
  };
}

/** Of each slice and channel. No closure is made here: one that is kept would keep a layer's weights. */
function tapsOf({ C, K, R, S, groups }: ConvShape, weight: Int8Array, { slices }: LoweredLayer): Uint8Array {
  const [channels, positions] = [C / groups, R * S];
  const size = (K / groups) * channels * positions;
  const taps = new Uint8Array(C * slices.length);
  for (let g = 0; g < groups; g++) {
    const filters = { weight: weight.subarray(g * size, (g + 1) * size), channels, positions };
    taps.set(mostTaps(filters, slices), g * channels * slices.length);
  }
  return taps;
}

/** Where a plane's positions lie in its channel, padding left out. */
function positionsOf(
  { H, W }: ConvShape,
  { rows, cols }: LoweredLayer,
  { origin, step }: PlaneSlice,
): Positions {
  const inside = (at: readonly [number, number], axis: 0 | 1, size: number): Int32Array =>
    Int32Array.from({ length: at[1] - at[0] }, (_, i) => origin[axis] + step[axis] * (at[0] + i)).filter(
      (place) => place >= 0 && place < size,
    );
  return { rows: inside(rows, 0, H).map((y) => y * W), cols: inside(cols, 1, W) };
}

/** Every row with every column, each as it counts in the address of a value. */
interface Positions {
  readonly rows: Int32Array;
  readonly cols: Int32Array;
}

function nonZeros(ifmap: ByteData | undefined, base: number, { rows, cols }: Positions): number {
  if (!ifmap) return rows.length * cols.length;
  let count = 0;
  for (const row of rows)
    for (let i = 0; i < cols.length; i++) if (ifmap[base + row + cols[i]!] !== 0) count++;
  return count;
}
