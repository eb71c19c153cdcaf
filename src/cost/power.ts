/**
 * Power of the machine on the ZCU102, split by what draws it: static and processing system, clock, and what works, scaled
 * by how much of the time it does.
 *
 * The coefficients are those of one public post-route report of the family, at its toggle rate of 0.125, good to 30 %;
 * static, processing system and DRAM are estimates (arch/energy/zcu102.ts has the same). Nothing is fitted to a total:
 * the split, and its change with sparsity, say more than the sum.
 */
import type { Activity } from './activity.ts';
import type { Resources } from './resources.ts';

/** nW a MHz of one, when it works. */
export const NANOWATTS_PER_MHZ = {
  clock: 20.6, // a flip-flop's share of the clock tree, working or not
  lut: 14.4,
  net: 16.4,
  lutram: 272,
  bram36: 20_600,
  dsp: 3_000,
} as const;

export const STATIC_WATTS = 0.7;
export const PROCESSING_SYSTEM_WATTS = 2.8;
/** DDR4-2400 with its PHY: 15 to 25 pJ a bit, the middle. */
export const DRAM_PICOJOULES_PER_BIT = 20;

/** Bits of a block RAM's word. */
const BRAM_WORD = 64;

/** How much of the time things work: 0 to 1, DRAM in bits a second. */
export interface Working {
  readonly logic: number; // LUTs, their nets, the multipliers
  readonly lutram: number;
  readonly bram: number;
  readonly dramBitsPerSecond: number;
}

/** In watts. */
export interface Power {
  readonly static: number;
  readonly processingSystem: number;
  readonly clock: number;
  readonly logic: number;
  readonly nets: number;
  readonly lutram: number;
  readonly bram: number;
  readonly dsp: number;
  readonly dram: number;
  readonly total: number;
}

export function powerOf(resources: Resources, working: Working, hertz: number): Power {
  const watts = (count: number, each: number, share: number): number =>
    count * each * share * (hertz / 1e6) * 1e-9;
  const logicLuts = resources.lut - resources.lutram;
  const perUse = NANOWATTS_PER_MHZ;
  const parts = {
    static: STATIC_WATTS,
    processingSystem: PROCESSING_SYSTEM_WATTS,
    clock: watts(resources.ff, perUse.clock, 1),
    logic: watts(logicLuts, perUse.lut, working.logic),
    nets: watts(logicLuts + resources.ff, perUse.net, working.logic), // a net an output
    lutram: watts(resources.lutram, perUse.lutram, working.lutram),
    bram: watts(resources.bram36, perUse.bram36, working.bram),
    dsp: watts(resources.dsp, perUse.dsp, working.logic),
    dram: working.dramBitsPerSecond * DRAM_PICOJOULES_PER_BIT * 1e-12,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/** Everything in every cycle, and DRAM at its ports' limit. */
export const peakWork = (dramBytesPerSecond: number): Working => ({
  logic: 1,
  lutram: 1,
  bram: 1,
  dramBitsPerSecond: 8 * dramBytesPerSecond,
});

/** How much of the time a run's counts keep things busy: a MAC reads and writes a psum, a block RAM moves a word a cycle. */
export function workOf(
  activity: Activity,
  { cycles, pes, bram36, hertz }: { cycles: number; pes: number; bram36: number; hertz: number },
): Working {
  const { bufferBits, dramBits } = activity;
  const moved = bufferBits.ifmap + bufferBits.weight + bufferBits.ofmap;
  const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, part / whole) : 0);
  return {
    logic: share(activity.macs, cycles * pes),
    lutram: share(activity.psumAccesses, 2 * cycles * pes),
    bram: share(moved, cycles * bram36 * BRAM_WORD),
    dramBitsPerSecond: cycles > 0 ? ((dramBits.read + dramBits.write) * hertz) / cycles : 0,
  };
}
