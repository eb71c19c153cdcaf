/** Cambricon-S: filters pruned in blocks share one index, so one selector feeds all PEs the values that matter. */
import type { Arch } from '../arch/arch.ts';
import { sharedIndexCost } from '../cost/shared-index.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

const MICRO = 'Zhou et al., MICRO 2018';

/** 16 PEs of 16 multipliers at 1 GHz, 16-bit neurons, 8-bit weights behind a lookup table; quoted from memory. */
const arch: Arch = {
  name: 'cambricon-s',
  array: { rows: 16, cols: 16 }, // multipliers of a PE; PEs, a filter each
  pe: { psumDepth: 1, psumBanks: 1, psumBits: 32, weightDepth: 16, weightLanes: 16, channelGap: 0 },
  clock: hertz(1e9),
  wordBits: { ifmap: 16, weight: 8, ofmap: 16 },
  buffers: { ifmapBytes: 8 * 1024, weightBytes: 33 * 1024, ofmapBytes: 8 * 1024 },
  dram: {
    name: 'DRAM at 25.6 GB/s',
    bytesPerSecond: 25.6e9,
    efficiency: 0.8,
    burstBytes: 64,
    source: 'assumed: two channels of DDR3-1600, 80 % reached; buffers of 8 + 33 + 8 KB from memory',
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

export const cambriconS: Accelerator = {
  name: 'cambricon-s',
  summary:
    'Cambricon-S: filters pruned in blocks of 16 share an index, a selector skips zero neurons and weights',
  cite: 'Zhou et al., Cambricon-S: Addressing Irregularity in Sparse Neural Networks through a Cooperative Software/Hardware Approach, MICRO 2018',
  fidelity:
    'what the selector picks is counted on the real non-zeros of every window and block of filters; that it packs across the whole window and looks at 256 places a cycle is our reading; neurons lie dense in DRAM, entropy coding of weights is left out',
  published: [
    {
      what: 'speed-up over its predecessor for irregular zeros, mean',
      value: 1.71,
      unit: 'x',
      source: `${MICRO}, abstract`,
    },
    { what: 'energy gain over its predecessor, mean', value: 1.37, unit: 'x', source: `${MICRO}, abstract` },
    { what: 'peak', value: 512, unit: 'GOP/s', source: `${MICRO} (from memory): 256 multipliers at 1 GHz` },
  ],
  arch,
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros, { array }) => ({ kind: 'group', zeros, blockFilters: array.cols, slicesOf: wholeKernel }),
  cost: sharedIndexCost,
};
