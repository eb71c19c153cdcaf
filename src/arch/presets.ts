/** The architectures that come with a name. */
import type { Arch } from './arch.ts';
import { zcu102 } from './presets/zcu102.ts';

export const presets: readonly Arch[] = [
  zcu102,
  {
    ...zcu102,
    name: 'zcu102-bram',
    pe: { ...zcu102.pe, psumDepth: 256, weightLanes: 2 },
  },
];
