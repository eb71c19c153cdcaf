/** Compute cores of every size and with every choice that the closed form knows, drawn at random. */
import fc from 'fast-check';
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';

export const anyArch: fc.Arbitrary<Arch> = fc
  .record({
    rows: fc.integer({ min: 1, max: 8 }),
    cols: fc.integer({ min: 1, max: 8 }),
    psumDepth: fc.constantFrom(64, 100, 256),
    weightLanes: fc.integer({ min: 1, max: 4 }),
    rearrange: fc.constantFrom('per-tile', 'none', 'static', 'static') as fc.Arbitrary<Arch['rearrange']>,
    psumBanks: fc.constantFrom(2, 2, 1) as fc.Arbitrary<1 | 2>,
    gatherChannels: fc.constantFrom(undefined, 1, 2),
    weightBytes: fc.constantFrom(zcu102.buffers.weightBytes, 256),
  })
  .map(({ rows, cols, rearrange, weightBytes, ...pe }) => ({
    ...zcu102,
    array: { rows, cols },
    pe: { ...zcu102.pe, ...pe },
    buffers: { ...zcu102.buffers, weightBytes },
    rearrange,
  }));
