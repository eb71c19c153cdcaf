/** C5 to C8: what the machine is on the ZCU102: its peak, its power, and what it takes of the device. */
import { converted, type FpgaRecord, fpgaRecords } from '../../accel/records.ts';
import { sense } from '../../accel/sense.ts';
import { multipliers, peakGops } from '../../arch/arch.ts';
import { zcu102Lean } from '../../arch/presets/zcu102-lean.ts';
import { coreResources, type Resources } from '../../cost/resources.ts';
import type { Report } from '../../report/report.ts';
import { atLeast, type Claim, type Measured } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { OURS, trial } from '../trial.ts';
import { noZeros } from './design.ts';

const { arch } = sense;
const PEAK = { low: 409.6, high: 409.6 } as const;

/** GOP/s of the layer that fills the multipliers best. */
const bestLayer = ({ layers }: Report): number =>
  layers.reduce((most, { utilization }) => Math.max(most, utilization), 0) * peakGops(arch);

export const c5: Claim = {
  id: 'C5',
  text: 'v1',
  says: 'peak throughput on the ZCU102: 409.6 GOP/s',
  claimed: { ...PEAK, unit: 'GOP/s' },
  trials: [noZeros],
  note: `${multipliers(arch)} multipliers x 2 operations x ${arch.clock / 1e6} MHz, which is arithmetic and decides; beside it what the best layer without zeros reaches, DRAM time counted. Whether the circuit keeps 200 MHz is an estimate: docs/silicon.md`,
  reasons: [],
  measure: (lab) => [
    {
      ...{ model: arch.name, value: peakGops(arch), unit: 'GOP/s', setting: 'peak', claimed: PEAK },
      holds: peakGops(arch) >= PEAK.low,
    },
    ...lab.networks
      .filter((model) => noZeros.networks!.includes(model))
      .map((model) => ({
        ...{ model, value: bestLayer(lab.of(model, noZeros)), unit: 'GOP/s' },
        setting: 'best layer, no zeros',
      })),
  ],
};

const POWER = { low: 11.2, high: 11.2 } as const;
/** What the coefficients of the energy table are good for (src/arch/energy/zcu102.ts). */
const POWER_ERROR = 0.3;

export const c6: Claim = {
  id: 'C6',
  text: 'v1',
  says: 'power: 11.2 W',
  claimed: { ...POWER, unit: 'W' },
  trials: [OURS],
  note: `activity times a table of sourced entries, static power included; nothing is fitted to the claim. Holds within the ${100 * POWER_ERROR} % that the table's source is good for. The text does not say on which network, nor whether the processing system and DRAM are in it`,
  reasons: [
    {
      why: 'the table has no memory interface and no ofmap side in it and rests on one post-route report of the family; what the claim counts (network, toggle rate, board or device) is not said, and no total of ours is fitted to it',
    },
  ],
  measure: (lab) =>
    lab.networks.map((model) => {
      const value = lab.of(model, OURS).conv.powerW;
      const holds = Math.abs(value - POWER.low) <= POWER_ERROR * POWER.low;
      return { model, value, unit: 'W', claimed: POWER, setting: 'conv layers', holds };
    }),
};

/**
 * Around the compute core, as Yosys maps it (`sense rtl synth`, and with `--lean bram`; the tables in docs/silicon.md): layer
 * control, loaders, wave issue, ofmap side, AXI masters, and every memory.
 */
const AROUND = { lut: 27_584, bram36: 229.5, dsp: 33 } as const;
const AROUND_LEAN = { lut: 55_212, bram36: 181, dsp: 33 } as const;

type Taken = Pick<Resources, 'lut' | 'dsp' | 'bram36'>;
const whole = (core: Resources, around: Taken): Taken => ({
  lut: core.lut + around.lut,
  dsp: core.dsp + around.dsp,
  bram36: core.bram36 + around.bram36,
});

export const taken: Taken = whole(coreResources(arch), AROUND);
export const takenLean: Taken = whole(coreResources(zcu102Lean), AROUND_LEAN);

export const sparseRecords: readonly FpgaRecord[] = fpgaRecords.filter(({ sparse }) => sparse);

/** The machine that spares LUTs and block RAM alike: one bank of psums a PE. */
const LEAN = trial(sense, { id: 'sense, lean', arch: zcu102Lean });

const LUTS = { low: 0.2, high: 0.2 } as const;
const BRAMS = { low: 0.75, high: 0.75 } as const;

/**
 * One minus ours over theirs, for each earlier design that prints its count: of the lean machine, which decides, and of the
 * fast one beside it; and how fast the lean one is.
 */
const fewer = (
  kind: 'lut' | 'bram36',
  {
    of,
    claimed,
    unit,
  }: { of: (record: FpgaRecord) => number | undefined } & Required<Pick<Measured, 'unit' | 'claimed'>>,
  lab: Lab,
): readonly Measured[] => [
  ...sparseRecords.flatMap((record): readonly Measured[] => {
    const theirs = of(record);
    if (theirs === undefined) return [];
    const against = record.key;
    const compared = (ours: number) => ({
      value: 1 - ours / theirs,
      setting: `${Math.round(ours)} of ours, ${Math.round(theirs)} of theirs`,
    });
    const lean = compared(takenLean[kind]);
    return [
      { model: zcu102Lean.name, ...lean, unit, claimed, against, holds: atLeast(lean.value, claimed!) },
      { model: arch.name, ...compared(taken[kind]), unit, against },
    ];
  }),
  ...lab.networks.map((model) => ({
    ...{ model, value: lab.of(model, LEAN).conv.imagesPerSecond, unit: 'images/s' },
    setting: `conv layers on ${zcu102Lean.name}`,
  })),
];

export const c7: Claim = {
  id: 'C7',
  text: 'v1',
  says: 'LUTs: 1/5 fewer than earlier sparse FPGA accelerators',
  claimed: { ...LUTS, unit: 'fewer LUTs' },
  trials: [LEAN],
  note: 'the lean machine decides, one bank of psums a PE; its speed stands beside it, below the figure of C11 on VGG-16 and above it on the others, and so does the fast machine, which the other claims of speed are about. Whole machines, memory interface included: the compute core by the fit to Yosys runs, what stands around it as Yosys maps it; a bound from above, no two LUTs share a site. Which earlier design is meant is not said: every sparse one of the records with a count stands here, logic cells converted (docs/papers/fpga-records.md); Lu 2019 prints no count that is at hand',
  reasons: [
    {
      why: 'our PEs and what their rows run ahead by take more LUTs than the claim leaves; what memories have beyond whole block RAM lies in LUTs, for claim C8; the counts are bounds from above, and the earlier designs are converted from logic cells',
    },
  ],
  measure: (lab) =>
    fewer('lut', { of: (record) => converted(record).luts, claimed: LUTS, unit: 'fewer LUTs' }, lab),
};

export const c8: Claim = {
  id: 'C8',
  text: 'v1',
  says: 'BRAMs: 3/4 fewer than the same',
  claimed: { ...BRAMS, unit: 'fewer BRAMs' },
  trials: [LEAN],
  note: 'the lean machine decides, whose speed stands beside it. BRAM36 of the whole machine as Yosys maps it, none in the PEs; what a memory has beyond whole halves of block RAM lies in LUTs, which C7 counts; the buffers are our choice, no text states them. BRAM18 of the records are halved',
  reasons: [
    {
      against: 'zhu-2020-16',
      why: 'short of it; the buffers are ours to choose and were not chosen for this figure, and the machine holds tables of each layer beside them',
    },
    { against: 'zhu-2020-8', why: 'the 8-bit design of the same text prints the same memories' },
    { against: 'spec-2023', why: 'SPEC prints fewer block RAMs than our buffers alone take' },
  ],
  measure: (lab) =>
    fewer('bram36', { of: (record) => converted(record).bram36, claimed: BRAMS, unit: 'fewer BRAMs' }, lab),
};
