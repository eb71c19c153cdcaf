/** SparTen: bit masks joined chunk by chunk in clusters of units, filters balanced by density offline. */
import type { Arch } from '../arch/arch.ts';
import { innerJoinCost } from '../cost/inner-join.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

const MICRO = 'Gondimalla et al., MICRO 2019';

/** The larger configuration of the paper: 32 clusters of 32 units. */
const arch: Arch = {
  name: 'sparten',
  array: { rows: 32, cols: 32 }, // clusters; units of a cluster, a multiplier each
  pe: { psumDepth: 32, psumBanks: 2, psumBits: 32, weightDepth: 128, weightLanes: 1, channelGap: 0 },
  clock: hertz(800e6),
  wordBits: { ifmap: 8, weight: 8, ofmap: 8 },
  buffers: { ifmapBytes: 512 * 1024, weightBytes: 512 * 1024, ofmapBytes: 256 * 1024 },
  dram: {
    name: 'DRAM at 50 GB/s',
    bytesPerSecond: 50e9,
    efficiency: 1,
    burstBytes: 64,
    source: 'assumed: as for the cartesian machine it is compared with, so that neither gains by its memory',
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

export const sparten: Accelerator = {
  name: 'sparten',
  summary: 'SparTen: inner joins of bit masks in 32 clusters of 32 units, filters balanced by density',
  cite: 'Gondimalla et al., SparTen: A Sparse Tensor Accelerator for Convolutional Neural Networks, MICRO 2019',
  fidelity:
    'every match of every chunk of 128 is counted, a cluster waits for its slowest unit at each chunk, the layer for its slowest cluster; filters paired by whole-filter density (GB-S); buffer sizes, DRAM and the static deal of positions to clusters are ours, the join itself takes no cycle of its own',
  published: [
    { what: 'speed-up over its dense twin, mean', value: 4.7, unit: 'x', source: `${MICRO}, abstract` },
    { what: 'speed-up over the cartesian machine, mean', value: 3, unit: 'x', source: `${MICRO}, abstract` },
    {
      what: 'speed-up over a one-sided sparse machine, mean',
      value: 1.8,
      unit: 'x',
      source: `${MICRO}, abstract`,
    },
  ],
  arch,
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros) => ({ kind: 'magnitude', zeros, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, given) => innerJoinCost(work, given, 'greedy'),
};
