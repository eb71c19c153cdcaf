/** SCNN: planes tiled over 8 x 8 PEs, each multiplying vectors of non-zero ifmap values by vectors of non-zero weights. */
import type { Arch } from '../arch/arch.ts';
import { cartesianCost } from '../cost/cartesian.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

const ISCA = 'Parashar et al., ISCA 2017';

/**
 * Table 2 and section 4 of the paper, quoted from memory: 64 PEs, 4 x 4 multipliers, 10 KB of IARAM and of OARAM each, a
 * FIFO of 50 vectors of four weights (500 bytes).
 */
const arch: Arch = {
  name: 'scnn',
  array: { rows: 64, cols: 16 }, // PEs; multipliers of a PE
  pe: { psumDepth: 1024, psumBanks: 2, psumBits: 24, weightDepth: 50, weightLanes: 4, channelGap: 0 },
  clock: hertz(1e9),
  wordBits: { ifmap: 16, weight: 16, ofmap: 16 },
  buffers: { ifmapBytes: 64 * 10 * 1024, weightBytes: 64 * 500, ofmapBytes: 64 * 10 * 1024 },
  dram: {
    name: 'DRAM at 50 GB/s',
    bytesPerSecond: 50e9,
    efficiency: 1,
    burstBytes: 64,
    source: `${ISCA}, 50 GB/s in its evaluation (from memory); taken as reached, bursts of 64 bytes assumed`,
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

export const scnn: Accelerator = {
  name: 'scnn',
  summary: 'SCNN: cartesian products of non-zeros, planes tiled over 8 x 8 PEs of 4 x 4 multipliers',
  cite: 'Parashar et al., SCNN: An Accelerator for Compressed-sparse Convolutional Neural Networks, ISCA 2017',
  fidelity:
    'vectors counted on the real non-zeros of each PE, channel and group of filters, with a barrier a group, and PEs that drift apart in between as far as their FIFOs of 50 vectors of weights let them; accumulator banks as a closed form of random banks with four places each (the paper states no depth); ifmaps and ofmaps cross DRAM once a layer, where the paper keeps what fits on chip; halo exchange hides under the next group',
  published: [
    {
      what: 'speed-up over its dense twin',
      network: 'alexnet',
      value: 2.37,
      unit: 'x',
      source: `${ISCA}, conv layers`,
    },
    {
      what: 'speed-up over its dense twin',
      network: 'googlenet',
      value: 2.19,
      unit: 'x',
      source: `${ISCA}, conv layers of the inception modules`,
    },
    {
      what: 'speed-up over its dense twin',
      network: 'vgg16',
      value: 3.52,
      unit: 'x',
      source: `${ISCA}, conv layers`,
    },
    { what: 'speed-up over its dense twin, mean', value: 2.7, unit: 'x', source: `${ISCA}, abstract` },
    {
      what: 'density of weights and ifmaps where it equals its dense twin, GoogLeNet',
      value: 0.85,
      unit: '',
      source: `${ISCA}, sensitivity to density`,
    },
  ],
  arch,
  shape: (multipliers) =>
    multipliers % 16 === 0 ? { rows: multipliers / 16, cols: 16 } : squareArray(multipliers),
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros) => ({ kind: 'magnitude', zeros, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, given) => cartesianCost(work, given, { banksPerMultiplier: 2, queue: 4, runBits: 4 }),
};
