/** The architectures that come with a name. */
import type { Arch } from './arch.ts';
import { zcu102 } from './presets/zcu102.ts';

export const presets: readonly Arch[] = [
  zcu102,
  {
    ...zcu102,
    name: 'zcu102-bram',
    // Block RAM, one bank: two banks a PE would take 1,024 BRAM36 of the device's 912 (results/rtl-resources.json).
    pe: { ...zcu102.pe, psumDepth: 256, psumBanks: 1, weightLanes: 2 },
  },
];
