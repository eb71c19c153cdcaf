/**
 * Dense systolic arrays in closed form: a layer is a matrix product, cut into folds that fill the array.
 *
 *   dataflow             Sr x Sc on the array   streamed T   cycles a fold
 *   output stationary    M x N                  K            rows + cols + T - 2
 *   weight stationary    K x N                  M            2 rows + cols + T - 2
 *
 * with M = ofmap pixels, K = R * S * C, N = filters. An edge fold is charged in full.
 * Source: Samajdar et al., SCALE-Sim, ISPASS 2020. It prints the index of the last cycle; these are counts.
 */
import type { Arch } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import type { LayerWork } from '../model/work.ts';
import { operandsOf } from '../schedule/schedule.ts';
import { type ConvShape, denseMacs, ofmapHeight, ofmapWidth, weightCount } from '../tensor/conv.ts';
import { bits, bytes, cycles, macs, words } from '../units.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost, Reuse, Traffic } from './layer-cost.ts';

export interface Gemm {
  readonly M: number; // ofmap pixels, all images
  readonly K: number; // products a pixel
  readonly N: number; // filters
}

export type Stationary = 'psum' | 'weight';

export interface Folding {
  readonly folds: number;
  readonly cycles: number;
}

export function foldGemm({ M, K, N }: Gemm, stationary: Stationary, { rows, cols }: Arch['array']): Folding {
  const [down, T] = stationary === 'psum' ? [M, K] : [K, M];
  const folds = Math.ceil(down / rows) * Math.ceil(N / cols);
  const preload = stationary === 'psum' ? 0 : rows;
  return { folds, cycles: folds * (preload + rows + cols + T - 2) };
}

/** One layer on a dense array: every zero is moved and multiplied; loads and stores overlap with compute. */
export function denseCost(work: LayerWork, stationary: Stationary, arch: Arch): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps } = operands;
  const images = ifmaps.length;
  const gemm: Gemm = {
    M: ofmapHeight(conv) * ofmapWidth(conv) * images,
    K: (conv.C / conv.groups) * conv.R * conv.S,
    N: conv.K / conv.groups,
  };
  const folding = foldGemm(gemm, stationary, arch.array);
  const computeCycles = cycles(folding.cycles * conv.groups);
  const { traffic, dataflow } = denseTraffic(work, conv, { images, arch });
  const moving = dramCycles(traffic.total, arch.dram, arch.clock);
  const issued = denseMacs(conv) * images;
  const { array } = arch;
  const psums = gemm.M * gemm.N * (stationary === 'psum' ? 1 : Math.ceil(gemm.K / array.rows)) * conv.groups;
  const ifmapReads = gemm.M * gemm.K * Math.ceil(gemm.N / array.cols) * conv.groups;
  const weightReads =
    gemm.K * gemm.N * (stationary === 'psum' ? Math.ceil(gemm.M / array.rows) : 1) * conv.groups;
  return {
    cycles: cycles(Math.max(computeCycles, moving)),
    computeCycles,
    dramCycles: moving,
    boundBy: moving > computeCycles ? 'dram' : 'compute',
    dataflow,
    tile: stationary === 'psum' ? [array.rows, array.cols] : [1, gemm.M],
    waves: folding.folds * conv.groups,
    macsEffectual: macs(effectualMacs(operands)),
    macsIssued: macs(issued),
    traffic,
    activity: {
      macs: macs(issued),
      weightAccesses: words(issued),
      psumAccesses: words(2 * issued),
      hops: words(2 * issued),
      bufferBits: {
        ifmap: bits(8 * (traffic.ifmap + ifmapReads)),
        weight: bits(8 * (traffic.weight + weightReads)),
        ofmap: bits(2 * 32 * psums),
      },
      dramBits: { read: bits(8 * (traffic.ifmap + traffic.weight)), write: bits(8 * traffic.ofmap) },
    },
  };
}

/** Dense operands; what does not fit half its buffer is streamed once for each partition of the other. */
function denseTraffic(
  work: LayerWork,
  conv: ConvShape,
  { images, arch }: { images: number; arch: Arch },
): { readonly traffic: Traffic; readonly dataflow: Reuse } {
  const ifmap = conv.C * conv.H * conv.W * images;
  const weight = weightCount(conv);
  const ofmap = work.ofmaps.reduce((sum, values) => sum + values.length, 0);
  const ifmapFirst = { ifmap, weight: weight * Math.ceil(ifmap / (arch.buffers.ifmapBytes / 2)) };
  const weightFirst = { ifmap: ifmap * Math.ceil(weight / (arch.buffers.weightBytes / 2)), weight };
  const total = (moved: { ifmap: number; weight: number }): number => moved.ifmap + moved.weight + ofmap;
  const dataflow = total(ifmapFirst) <= total(weightFirst) ? 'reuse-ifmap-first' : 'reuse-weight-first';
  const moved = dataflow === 'reuse-ifmap-first' ? ifmapFirst : weightFirst;
  return {
    dataflow,
    traffic: {
      ifmap: bytes(moved.ifmap),
      weight: bytes(moved.weight),
      ofmap: bytes(ofmap),
      total: bytes(total(moved)),
      lowerBound: bytes(ifmap + weight + ofmap),
    },
  };
}
