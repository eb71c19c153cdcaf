/**
 * Eyeriss v2: 16 clusters of 3 x 4 PEs on a hierarchical mesh, 8 bit, two MACs a PE; skips zeros of weights and ifmaps,
 * both kept in compressed sparse columns. Source: Chen et al., JETCAS 2019 (arXiv:1807.07928); its parts from memory.
 */
import type { Arch } from '../arch/arch.ts';
import { type SparseRowParts, sparseRowCost } from '../cost/row-stationary-sparse/cost.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

/** Table II there: an ifmap scratchpad of 16 values; clusters of 3 x 4 PEs (from memory). */
export const eyerissV2Parts: SparseRowParts = { ifmapSpad: 16, cluster: { rows: 3, cols: 4 } };

export const eyerissV2Chip: Arch = {
  name: 'eyeriss-v2-65nm',
  // Rows: 8 rows of clusters x 3 PEs. Columns: 2 columns of clusters x 4 PEs x 2 MACs.
  array: { rows: 24, cols: 16 },
  // 192 non-zero weights (96 x 24 bits: two a word) and 32 psums of 20 bits a PE.
  pe: { psumDepth: 32, psumBanks: 1, psumBits: 20, weightDepth: 192, weightLanes: 2, channelGap: 0 },
  clock: hertz(200e6),
  wordBits: { ifmap: 8, weight: 8, ofmap: 8 },
  // A cluster: three banks of 1.5 KB for ifmaps, four of 1.875 KB for psums. Weights wait in the PEs only: 192 x 288 bytes.
  buffers: { ifmapBytes: 16 * 3 * 1536, weightBytes: 192 * 288, ofmapBytes: 16 * 4 * 1920 },
  dram: {
    name: 'LPDDR4, assumed',
    bytesPerSecond: 12.8e9,
    efficiency: 0.8,
    burstBytes: 64,
    source:
      'assumed: the text names no memory; 12.8 GB/s as for the ZCU102, so that comparisons differ in the chip alone',
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

const jetcas = 'Chen et al., JETCAS 2019';

export const eyerissV2: Accelerator = {
  name: 'eyeriss-v2',
  summary:
    '192 PEs of two MACs on a hierarchical mesh, 8 bit: zeros of weights and ifmaps skipped in compressed columns',
  cite: 'Chen et al., Eyeriss v2: A Flexible Accelerator for Emerging Deep Neural Networks on Mobile Devices, IEEE JETCAS 2019',
  fidelity:
    'closed form over real non-zeros: each PE walks its ifmap non-zeros and weight columns, two weights a cycle, and every round of clusters waits for its slowest PE; left out are the mesh, whose bandwidth is taken to suffice, filling and draining of PEs, and FIFOs that let neighbours drift',
  published: [
    {
      what: 'images/s, sparse MobileNet v1 of width 0.5 at 128 x 128 (shape from memory), batch 1',
      value: 1470.6,
      unit: 'images/s',
      source: `${jetcas}, abstract`,
    },
    {
      what: 'images/s, sparse AlexNet',
      network: 'alexnet',
      value: 278.7,
      unit: 'images/s',
      source: `${jetcas}, from memory`,
    },
    {
      what: 'images/s, dense AlexNet',
      network: 'alexnet',
      value: 102.1,
      unit: 'images/s',
      source: `${jetcas}, from memory`,
    },
  ],
  arch: eyerissV2Chip,
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros) => ({ kind: 'magnitude', zeros, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, arch) => sparseRowCost(work, arch, eyerissV2Parts),
};
