/**
 * Sense on the ZCU102: 32 x 32 PEs at 200 MHz, 409.6 GOP/s (v1 abstract, claims C5).
 * Buffers are ours to choose (no text states them): 176 BRAM36 in all, under the quarter that claim C8 leaves.
 * DRAM: the PS has one 64-bit DDR4-2400, 19.2 GB/s at its peak, and six 128-bit ports to the PL (HP0 to 3, HPC0 and 1), 3.2 GB/s
 * each at 200 MHz. We count on 12.8 GB/s at 80 % in all, which is an assumption. Of the six ports four read weights, each for a fourth
 * of the columns, one reads values of ifmaps, and one tables and bitmaps; ofmaps go out on that one. Counted as one port for a whole ifmap.
 */
import { hertz } from '../../units.ts';
import type { Arch } from '../arch.ts';

export const zcu102: Arch = {
  name: 'zcu102',
  array: { rows: 32, cols: 32 },
  pe: { psumDepth: 64, psumBanks: 2, psumBits: 28, weightDepth: 32, weightLanes: 3, channelGap: 2 },
  clock: hertz(200e6),
  wordBits: { ifmap: 8, weight: 8, ofmap: 8 },
  buffers: { ifmapBytes: 256 * 1024, weightBytes: 256 * 1024, ofmapBytes: 192 * 1024 },
  dram: {
    name: 'PS DDR4-2400 through its PL ports',
    bytesPerSecond: 12.8e9,
    efficiency: 0.8,
    burstBytes: 64,
    ports: { bytesPerCycle: 16, ifmap: 1, weight: 4, ofmap: 1 },
    source:
      'ZCU102 (XCZU9EG): 64-bit DDR4-2400, 19.2 GB/s; ports of 128 bit x 200 MHz; 12.8 GB/s at 80 % assumed',
  },
  ofmLanes: 16,
  rearrange: 'static',
  pace: 'free',
  energy: 'zcu102',
};
