/**
 * A chip in a 45 nm process at 0.9 V. Arithmetic, SRAM and DRAM are Horowitz's round figures; the small memories inside
 * a PE, which he does not list, are those of the Sparseloop artefact's Eyeriss model in the same node.
 */
import type { EnergyTable } from './table.ts';

/** Horowitz, "Computing's energy problem", ISSCC 2014, Fig. 1.1.9. */
const horowitz = {
  multiply8: 0.2, // pJ
  add32: 0.1, // pJ
  sram32KB: 20, // pJ for 64 bits
  dram: [1300, 2600], // pJ for 64 bits
} as const;

/** Sparseloop artefact, MICRO 2022, Eyeriss in 45 nm: scratchpads of 16-bit words, in pJ. */
const sparseloop = {
  ifmapSpad: 0.197, // 12 words
  weightSpad: { read: 0.71, write: 1.131 }, // 224 words
} as const;

/** Wire of a 40 nm chip at 0.9 V: 310 pJ for 256 bits over 10 mm (Keckler et al., IEEE Micro 2011, Table 1). */
const wirePerBitMm = 310 / 256 / 10; // pJ
/** Of a PE: Eyeriss's 12.25 mm^2 core of 168 PEs in 65 nm (JSSC 2017), buffer taken off, shrunk to 45 nm. */
const pePitchMm = 0.17;

export const horowitz45nm: EnergyTable = {
  name: '45nm-horowitz',
  node: '45 nm, 0.9 V',
  actions: {
    mac: {
      picojoules: horowitz.multiply8 + horowitz.add32,
      bits: 8,
      source: 'Horowitz, ISSCC 2014: 8-bit multiplication 0.2 pJ and 32-bit addition 0.1 pJ',
      quality: 'derived',
    },
    weightAccess: {
      picojoules: (sparseloop.ifmapSpad * 8) / 16,
      bits: 8,
      source:
        'Sparseloop artefact, MICRO 2022, Eyeriss at 45 nm: its 12-word scratchpad, 0.197 pJ for 16 bits, which is near a slice of taps; by width',
      quality: 'derived',
    },
    psumAccess: {
      picojoules: (((sparseloop.weightSpad.read + sparseloop.weightSpad.write) / 2) * 24) / 16,
      bits: 24,
      source:
        'Sparseloop artefact, MICRO 2022, Eyeriss at 45 nm: its 224-word scratchpad, near our psum depth, mean of read 0.710 and write 1.131 pJ for 16 bits; by width',
      quality: 'derived',
    },
    hop: {
      picojoules: 16 * wirePerBitMm * pePitchMm,
      bits: 16,
      source:
        'value and position over one PE pitch of 0.17 mm (Eyeriss JSSC 2017, scaled) at 0.121 pJ a bit and mm (Keckler, IEEE Micro 2011, quoted from memory); registers not counted',
      quality: 'estimate',
    },
    bufferBit: {
      picojoules: horowitz.sram32KB / 64,
      bits: 1,
      source: 'Horowitz, ISSCC 2014: 32 KB SRAM, 20 pJ for 64 bits; larger buffers are banks of it',
      quality: 'derived',
    },
    dramBit: {
      picojoules: (horowitz.dram[0] + horowitz.dram[1]) / 2 / 64,
      bits: 1,
      source: 'Horowitz, ISSCC 2014: 1.3 to 2.6 nJ for 64 bits, the middle',
      quality: 'derived',
    },
  },
  staticWatts: {
    watts: 0,
    source: 'left out: Horowitz gives energy per action only, neither leakage nor clock tree',
    quality: 'estimate',
  },
};
