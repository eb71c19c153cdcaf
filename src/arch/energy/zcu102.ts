/**
 * The ZCU102 board's XCZU9EG (16 nm FinFET+) running a lock-step PE. From coefficients of one public post-route power
 * report of the family, good to 30 %: what they say about shares and about change with sparsity is worth
 * more than any total.
 */
import type { EnergyTable } from './table.ts';

/** pJ a clock cycle (1 nW/MHz is 1 fJ a cycle) at the report's toggle rate of 0.125, which stands for a PE at work. */
const cycle = {
  clockPerFf: 20.6e-3,
  lut: 14.4e-3,
  net: 16.4e-3,
  lutRam: 272e-3,
  bram36: 20.6,
  dsp: 3,
} as const;

/** The PE with its psums in block RAM, synthesised with Yosys for the family: 78 LUTs of which 8 are RAM, 154 flip-flops, one DSP, one BRAM18. */
const pe = { luts: 78, lutRams: 8, ffs: 154 } as const;

/** A bit of a fresh word flips every second time, four times the report's toggle rate. */
const freshWord = 0.5 / 0.125;

const array = { pes: 1024, hertz: 200e6 } as const;
const clockTreeWatts = array.pes * pe.ffs * cycle.clockPerFf * 1e-12 * array.hertz;
const deviceStaticWatts = 0.7;
const processingSystemWatts = 2.8;

const report = 'coefficients of a public post-route report of the family (+-30 %)';

export const zcu102Energy: EnergyTable = {
  name: 'zcu102',
  node: 'XCZU9EG, 16 nm FinFET+',
  actions: {
    mac: {
      picojoules: cycle.dsp + (pe.luts - pe.lutRams) * (cycle.lut + cycle.net),
      bits: 8,
      source: `${report}: one DSP48E2 cycle and the PE's 70 logic LUTs with their nets`,
      quality: 'derived',
    },
    weightAccess: {
      picojoules: pe.lutRams * cycle.lutRam,
      bits: 8,
      source: `${report}: the 8 LUTs of the tap memory for one cycle`,
      quality: 'derived',
    },
    psumAccess: {
      picojoules: cycle.bram36 / 2 / 2,
      bits: 24,
      source: `${report}: half a BRAM36 reads and writes once a cycle, so half of its energy each (a 64-deep LUTRAM bank of 40 LUTs comes to the same: 10.9 pJ a cycle)`,
      quality: 'derived',
    },
    hop: {
      picojoules: 16 * cycle.net * freshWord,
      bits: 16,
      source: `${report}: 16 nets, value and position, every second bit flipping`,
      quality: 'derived',
    },
    bufferBit: {
      picojoules: cycle.bram36 / 64,
      bits: 1,
      source: `${report}: one 64-bit word a BRAM36 cycle`,
      quality: 'derived',
    },
    dramBit: {
      picojoules: 20,
      bits: 1,
      source:
        'DDR4-2400 with its PHY, 15 to 25 pJ a bit, the middle; the devices alone take 7.6 (Ramulator 2, IDD figures)',
      quality: 'estimate',
    },
  },
  staticWatts: {
    watts: deviceStaticWatts + processingSystemWatts + clockTreeWatts,
    source: `estimate: device leakage about ${deviceStaticWatts} W and the running processing system about ${processingSystemWatts} W, as power reports of such designs commonly show, and the clock of ${array.pes} x ${pe.ffs} flip-flops at 200 MHz (${report})`,
    quality: 'estimate',
  },
};
