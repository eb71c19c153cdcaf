/**
 * Eyeriss: 12 x 14 PEs, row stationary, 16-bit words, zeros gated but not skipped.
 * Source: Chen et al., JSSC 2017 (the chip) and ISCA 2016 (the dataflow); each figure taken is in docs/papers/eyeriss.md.
 */
import type { Arch } from '../arch/arch.ts';
import { type RowParts, rowStationaryCost } from '../cost/row-stationary/cost.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { hertz } from '../units.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

/**
 * A PE's ifmap scratchpad of 12 words (JSSC 2017, section V); 25 banks of 4 KB shared by ifmaps and psums, and words a
 * cycle on the three networks: 64-bit buses for filters and psums, 16-bit for ifmaps (section IV, both from memory).
 */
export const eyerissParts: RowParts = { ifmapSpad: 12, banks: 25, network: { filter: 4, ifmap: 1, psum: 4 } };

export const eyerissChip: Arch = {
  name: 'eyeriss-65nm',
  array: { rows: 12, cols: 14 },
  // The scratchpads of filters (224 words) and psums (24 words).
  pe: { psumDepth: 24, psumBanks: 1, psumBits: 16, weightDepth: 224, weightLanes: 1, channelGap: 0 },
  clock: hertz(200e6),
  wordBits: { ifmap: 16, weight: 16, ofmap: 16 },
  // 100 KB for ifmaps and psums, whose banks each layer shares out anew; the split here is only a sum. 8 KB for filters.
  buffers: { ifmapBytes: 12 * 1024, weightBytes: 8 * 1024, ofmapBytes: 88 * 1024 },
  dram: {
    name: '64-bit link at 60 MHz',
    bytesPerSecond: 480e6,
    efficiency: 1,
    burstBytes: 8,
    source:
      "JSSC 2017, section VI: the chip's 64-bit link at 60 MHz (from memory); the DRAM behind it keeps up",
  },
  rearrange: 'none',
  pace: 'lock-step',
  energy: '45nm-sparseloop',
};

const jssc = (table: string): string => `Chen et al., JSSC 2017, ${table}`;

export const eyeriss: Accelerator = {
  name: 'eyeriss',
  summary:
    'row-stationary array of 12 x 14 PEs, 16 bit: zero ifmap values gated, fmaps run-length coded in DRAM',
  cite: 'Chen et al., Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural Networks, IEEE JSSC 2017',
  fidelity:
    'closed form of passes: the mapping is searched (least DRAM traffic x delay, then energy), words are coded as the chip codes them, fmap transfers wait for processing as they do there; left out are the start of a pass and control, which cost the chip up to 8 % on AlexNet, and the chip mapped VGG-16 less well than the search does',
  published: [
    {
      what: 'images/s, conv layers, batch 4',
      network: 'alexnet',
      value: 34.7,
      unit: 'images/s',
      source: jssc('abstract'),
    },
    {
      what: 'images/s, conv layers, batch 3',
      network: 'vgg16',
      value: 0.7,
      unit: 'images/s',
      source: jssc('Table VI'),
    },
    {
      what: 'DRAM a batch of 4, conv layers',
      network: 'alexnet',
      value: 15.4,
      unit: 'MB',
      source: jssc('Table V'),
    },
    {
      what: 'DRAM a batch of 3, conv layers',
      network: 'vgg16',
      value: 321.1,
      unit: 'MB',
      source: jssc('Table VI'),
    },
    { what: 'power, conv layers', network: 'alexnet', value: 278, unit: 'mW', source: jssc('Table V') },
    { what: 'power, conv layers', network: 'vgg16', value: 236, unit: 'mW', source: jssc('Table VI') },
  ],
  arch: eyerissChip,
  shape: squareArray,
  skips: { zeroWeights: false, zeroIfmaps: false },
  rule: () => ({ kind: 'none', zeros: 0, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, arch) => rowStationaryCost(work, arch, eyerissParts),
};
