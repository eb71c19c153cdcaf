/** The architectures that come with a name. */
import type { Arch } from './arch.ts';
import { zcu102 } from './presets/zcu102.ts';
import { zcu102Bram } from './presets/zcu102-bram.ts';
import { zcu102Lean } from './presets/zcu102-lean.ts';

export const presets: readonly Arch[] = [zcu102, zcu102Lean, zcu102Bram];
