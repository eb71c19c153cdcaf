/** S2Engine: a systolic array whose PEs pick aligned pairs out of two compressed streams. */
import type { Arch } from '../arch/arch.ts';
import { type Aligned, alignedPairsCost } from '../cost/aligned-pairs.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

const TC = 'Yang et al., IEEE TC 2021 (arXiv 2106.07894)';

/**
 * FIFOs of four places, from memory; the selector runs at four times the multipliers' clock, and 4 + 1 bits place a value in its
 * group of 16: as the authors' simulator has it.
 */
export const s2engineFifos: Aligned = { depth: 4, selectorClock: 4, indexBits: 5 };

const arch: Arch = {
  name: 's2engine',
  array: { rows: 16, cols: 16 }, // ofmap pixels at a time; filters at a time
  pe: { psumDepth: 1, psumBanks: 1, psumBits: 32, weightDepth: 4, weightLanes: 1, channelGap: 0 },
  clock: hertz(500e6),
  wordBits: { ifmap: 8, weight: 8, ofmap: 8 },
  buffers: { ifmapBytes: 1024 * 1024, weightBytes: 512 * 1024, ofmapBytes: 256 * 1024 },
  dram: {
    name: 'DRAM at 12.8 GB/s',
    bytesPerSecond: 12.8e9,
    efficiency: 0.8,
    burstBytes: 64,
    source: 'assumed, as are the buffers: the text at hand states neither',
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-horowitz',
};

const halves = (depth: string, value: number) => ({
  what: `speed-up over a dense array, all densities 0.5, FIFO depth ${depth}`,
  value,
  unit: 'x',
  source: `${TC}, FIFO depth (from a secondary table; the clocks behind it are in the authors' simulator)`,
});

export const s2engine: Accelerator = {
  name: 's2engine',
  summary: 'S2Engine: a systolic array of compressed streams, PEs pick aligned pairs through FIFOs',
  cite: 'Yang et al., S2Engine: A Novel Systolic Architecture for Sparse Convolutional Neural Networks, IEEE TC 2021',
  fidelity:
    "each fold's slowest PE is counted on the real non-zeros, zeros that stand for empty groups with them; what FIFOs of depth 4 add is read from a table measured on a stepped 16 x 16 array of random streams, used for other arrays too; the array is stepped as in its authors' simulator, without the way out for psums; groups run on from one kernel position to the next; the reuse of overlapping windows is left out",
  published: [
    { what: 'speed-up over a dense array, mean', value: 3.2, unit: 'x', source: `${TC}, abstract` },
    { what: 'energy gain over a dense array, mean', value: 3, unit: 'x', source: `${TC}, abstract` },
    halves('1', 1.3),
    halves('2', 1.9),
    halves('3', 2.7),
    halves('unbounded', 3.2),
  ],
  arch,
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros) => ({ kind: 'magnitude', zeros, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, given) => alignedPairsCost(work, given, s2engineFifos),
};
