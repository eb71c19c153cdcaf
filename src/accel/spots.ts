/** SPOTS: im2col in hardware before a tall output-stationary array that skips columns of nothing but zeros. */
import type { Arch } from '../arch/arch.ts';
import { im2colCost } from '../cost/im2col-gemm.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import type { Accelerator } from './accelerator.ts';

/** Accumulators of a PE (section on the GEMM unit). */
const ACCUMULATORS = 4;
/** The short side of the array: patches at a time. */
const PATCHES = 4;

const published: Arch = {
  name: 'spots-128x4',
  // 128 x 4 = 512 PEs in the text; ours reads rows = patches (ofmap pixels), cols = filters, as on the other machines.
  array: { rows: PATCHES, cols: 128 },
  // Accumulators are the psums of a PE; the rest of this record is of machines with taps in the PE, and unused.
  pe: {
    psumDepth: ACCUMULATORS,
    psumBanks: 1,
    psumBits: 32,
    weightDepth: 1,
    weightLanes: 1,
    channelGap: 0,
  },
  clock: hertz(500e6),
  wordBits: { ifmap: 16, weight: 16, ofmap: 16 },
  buffers: { ifmapBytes: 512 * 1024, weightBytes: 512 * 1024, ofmapBytes: 128 * 1024 }, // assumed
  dram: {
    name: 'DRAM',
    bytesPerSecond: 12.8e9,
    efficiency: 0.8,
    burstBytes: 64,
    source: 'assumed, the same as for the FPGA machine: SPOTS states none that is at hand',
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

export const spots: Accelerator = {
  name: 'spots',
  summary: 'im2col unit and tall output-stationary array; skips a tap where a whole block is zero',
  cite: 'Soltaniyeh et al., An Accelerator for Sparse Convolutional Neural Networks Leveraging Systolic General Matrix-matrix Multiplication, ACM TACO 19(3), 2022, arXiv:2107.13386',
  fidelity:
    'counts the real blocks: 4 patches by the filters of a unit; im2col is taken to keep up, the skew is paid once a layer, and an array with few filters is cut into units, all in its favour; buffers, DRAM and how units are cut are assumed',
  published: [
    {
      what: 'mean speed-up over Eyeriss',
      value: 1.74,
      unit: 'x',
      source: 'abstract, arXiv:2107.13386v2 and TACO 2022',
    },
    {
      what: 'mean speed-up over Gemmini',
      value: 2.16,
      unit: 'x',
      source: 'abstract, Rutgers DCS-TR-756 and TACO 2022',
    },
    { what: 'mean speed-up over Sparse-PE', value: 1.63, unit: 'x', source: 'abstract, TACO 2022' },
  ],
  arch: published,
  shape: (multipliers) => ({ rows: PATCHES, cols: multipliers / PATCHES }),
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros, arch) => ({
    kind: 'group',
    zeros,
    blockFilters: arch.array.cols,
    slicesOf: wholeKernel,
  }),
  cost: (work, arch) => im2colCost(work, arch, { accumulators: ACCUMULATORS }),
};
