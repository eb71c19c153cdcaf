/**
 * Dense systolic arrays in closed form: a layer is a matrix product, cut into folds that fill the array.
 *
 *   dataflow             Sr x Sc on the array   streamed T   cycles a fold
 *   output stationary    M x N                  K            rows + cols + T - 2
 *   weight stationary    K x N                  M            2 rows + cols + T - 2
 *   input stationary     K x M                  N            2 rows + cols + T - 2
 *
 * with M = ofmap pixels, K = R * S * C, N = filters. An edge fold is charged in full.
 * Source: Samajdar et al., SCALE-Sim, ISPASS 2020. It prints the index of the last cycle; these are counts.
 */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { operandsOf } from '../schedule/schedule.ts';
import { type ConvShape, denseMacs, ofmapHeight, ofmapWidth, weightCount } from '../tensor/conv.ts';
import { closedForm } from './closed-form.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { ofmapWords, wordBytes } from './sizes.ts';
import { type Streamed, streamed } from './streamed.ts';

export interface Gemm {
  readonly M: number; // ofmap pixels, all images
  readonly K: number; // products a pixel
  readonly N: number; // filters
}

/** Which operand stays in the array while the other two stream. */
export type Stationary = 'psum' | 'weight' | 'ifmap';

export interface Folding {
  readonly folds: number;
  readonly cycles: number;
  /** Share of the array that holds an operand, mean over the folds: SCALE-Sim's mapping efficiency. */
  readonly mapped: number;
  /** Words between the array and its buffers. */
  readonly ifmapReads: number;
  readonly weightReads: number;
  readonly psumWrites: number;
}

export function foldGemm({ M, K, N }: Gemm, stationary: Stationary, { rows, cols }: Arch['array']): Folding {
  const [Sr, Sc, T] = { psum: [M, N, K], weight: [K, N, M], ifmap: [K, M, N] }[stationary] as [
    number,
    number,
    number,
  ];
  const [down, across] = [Math.ceil(Sr / rows), Math.ceil(Sc / cols)];
  const folds = down * across;
  const preload = stationary === 'psum' ? 0 : rows;
  return {
    folds,
    cycles: folds * (preload + rows + cols + T - 2),
    mapped: (Sr * Sc) / (folds * rows * cols),
    // What streams past the array is read again for each fold along the axis that it does not have.
    ifmapReads: M * K * (stationary === 'ifmap' ? 1 : across),
    weightReads: K * N * (stationary === 'weight' ? 1 : stationary === 'psum' ? down : across),
    psumWrites: M * N * (stationary === 'psum' ? 1 : down),
  };
}

/** The matrix product that each group of a layer is, all images together. */
export const gemmOf = (conv: ConvShape, images: number): Gemm => ({
  M: ofmapHeight(conv) * ofmapWidth(conv) * images,
  K: (conv.C / conv.groups) * conv.R * conv.S,
  N: conv.K / conv.groups,
});

/** One layer on a dense array: every zero is moved and multiplied; loads and stores overlap with compute. */
export function denseCost(work: LayerWork, stationary: Stationary, arch: Arch): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps } = operands;
  const { groups } = conv;
  const gemm = gemmOf(conv, ifmaps.length);
  const folding = foldGemm(gemm, stationary, arch.array);
  const issued = denseMacs(conv) * ifmaps.length;
  const { array, wordBits } = arch;
  const tile = { psum: [array.rows, array.cols], weight: [1, gemm.M], ifmap: [1, array.cols] } as const;
  return closedForm(
    {
      computeCycles: folding.cycles * groups,
      macsEffectual: effectualMacs(operands),
      macsIssued: issued,
      ...denseTraffic(work, arch),
      tile: tile[stationary],
      waves: folding.folds * groups,
      weightAccesses: issued,
      psumAccesses: 2 * issued,
      hops: 2 * issued,
      bufferBits: {
        ifmap: wordBits.ifmap * folding.ifmapReads * groups,
        weight: wordBits.weight * folding.weightReads * groups,
        ofmap: 2 * PSUM_BITS * folding.psumWrites * groups,
      },
    },
    arch,
  );
}

/** Psums pass through the ofmap buffer at this width, whatever the width of the words. */
const PSUM_BITS = 32;

function denseTraffic({ conv, ifmaps, ofmaps }: LayerWork, arch: Arch): Streamed {
  const { wordBits } = arch;
  const stored = {
    ifmap: wordBytes(conv.C * conv.H * conv.W * ifmaps.length, wordBits.ifmap),
    weight: wordBytes(weightCount(conv), wordBits.weight),
    ofmap: wordBytes(ofmapWords(ofmaps), wordBits.ofmap),
  };
  return streamed(stored, arch);
}
