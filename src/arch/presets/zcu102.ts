/**
 * Sense on the ZCU102: 32 x 32 PEs at 200 MHz, 409.6 GOP/s (v1 abstract, claims C5).
 * Buffers are ours to choose (no text states them): 176 BRAM36 in all, under the quarter that claim C8 leaves.
 * DRAM: four 128-bit PS-PL ports at 200 MHz, 12.8 GB/s together; 80 % for long bursts is an assumption.
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
    name: 'PS DDR4 through four HP ports',
    bytesPerSecond: 12.8e9,
    efficiency: 0.8,
    burstBytes: 64,
    source: 'ZCU102 (XCZU9EG): 4 x 128 bit x 200 MHz; efficiency assumed',
  },
  rearrange: 'static',
  pace: 'free',
  energy: 'zcu102',
};
