/** A chip of 16-bit words in a 45 nm process, as the Sparseloop artefact models it for the row-stationary chip it validates. */
import type { EnergyTable } from './table.ts';

/** Sparseloop artefact, MICRO 2022, Eyeriss model at 45 nm, in pJ: words of 16 bits, rows of 64 bits. */
const sparseloop = {
  mac: 2.2,
  weightSpad: { read: 0.71, write: 1.131 }, // 224 words
  psumSpad: 0.253, // 24 words
  buffer: { read: 49.17, write: 37.16 }, // 100 KB, 64 bits
  dram: 512, // 64 bits
} as const;

/** 0.121 pJ a bit and mm, a PE every 0.17 mm: see 45nm-horowitz.ts. */
const hopPerBit = (310 / 256 / 10) * 0.17;
const artefact = 'Sparseloop artefact, MICRO 2022, Eyeriss at 45 nm';

export const sparseloop45nm: EnergyTable = {
  name: '45nm-sparseloop',
  node: '45 nm, 16-bit words',
  actions: {
    mac: { picojoules: sparseloop.mac, bits: 16, source: `${artefact}: a 16-bit MAC`, quality: 'published' },
    weightAccess: {
      picojoules: (sparseloop.weightSpad.read + sparseloop.weightSpad.write) / 2,
      bits: 16,
      source: `${artefact}: scratchpad of 224 words, mean of read 0.710 and write 1.131 pJ`,
      quality: 'derived',
    },
    psumAccess: {
      picojoules: sparseloop.psumSpad,
      bits: 16,
      source: `${artefact}: scratchpad of 24 words`,
      quality: 'published',
    },
    hop: {
      picojoules: 16 * hopPerBit,
      bits: 16,
      source:
        'wire of one PE pitch of 0.17 mm (Eyeriss JSSC 2017, scaled) at 0.121 pJ a bit and mm (Keckler, IEEE Micro 2011, quoted from memory)',
      quality: 'estimate',
    },
    bufferBit: {
      picojoules: (sparseloop.buffer.read + sparseloop.buffer.write) / 2 / 64,
      bits: 1,
      source: `${artefact}: 100 KB buffer, mean of read 49.17 and write 37.16 pJ for 64 bits`,
      quality: 'derived',
    },
    dramBit: {
      picojoules: sparseloop.dram / 64,
      bits: 1,
      source: `${artefact}: 512 pJ for 64 bits`,
      quality: 'published',
    },
  },
  staticWatts: {
    watts: 0,
    source: 'none given: leakage and clock are left out, as in the artefact',
    quality: 'estimate',
  },
};
