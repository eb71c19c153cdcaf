/**
 * Sense on the ZCU102 with half the LUTs, and no block RAM in the PEs: one bank of psums, so a tile drains before the
 * next one begins. 27 bits and the one that says a psum is there fill four slices of LUT memory; they hold 2,072 products
 * of the largest ifmap byte and weight, which is a layer of 66 thousand products an ofmap value on 32 rows.
 */
import type { Arch } from '../arch.ts';
import { zcu102 } from './zcu102.ts';

export const zcu102Lean: Arch = {
  ...zcu102,
  name: 'zcu102-lean',
  pe: { ...zcu102.pe, psumBanks: 1, psumBits: 27 },
};
