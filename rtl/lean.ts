/** Which machine is meant by what it is sparing with. */
import type { Arch } from '../src/arch/arch.ts';
import { presets } from '../src/arch/presets.ts';

export const LEAN = ['none', 'bram', 'lut'] as const;
export type Lean = (typeof LEAN)[number];

const PRESETS: Readonly<Record<Lean, string>> = { none: 'zcu102', bram: 'zcu102-lean', lut: 'zcu102-bram' };

export interface LeanSize {
  readonly rows: number;
  readonly cols: number;
  readonly lean: Lean;
}

export const archOf = ({ rows, cols, lean }: LeanSize): Arch => ({
  ...presets.find(({ name }) => name === PRESETS[lean])!,
  array: { rows, cols },
});
