/**
 * Sense on the ZCU102 with the fewest LUTs: psums in block RAM, one bank, since two would take 1,024 BRAM36 of the device's
 * 912 (results/rtl-resources.json). Bitmaps of 128 bits are the longest that the machine loads (src/sim/machine/cut.ts).
 */
import type { Arch } from '../arch.ts';
import { zcu102 } from './zcu102.ts';

export const zcu102Bram: Arch = {
  ...zcu102,
  name: 'zcu102-bram',
  pe: { ...zcu102.pe, psumDepth: 128, psumBanks: 1, weightLanes: 4 },
};
