/** C5 to C8: what the machine is on the ZCU102: its peak, its power, and what it takes of the device. */
import { converted, type FpgaRecord, fpgaRecords } from '../../accel/records.ts';
import { sense } from '../../accel/sense.ts';
import { multipliers, peakGops } from '../../arch/arch.ts';
import { coreResources } from '../../cost/resources.ts';
import type { Report } from '../../report/report.ts';
import { atLeast, type Claim, type Measured } from '../claim.ts';
import { OURS } from '../trial.ts';
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
 * Around the compute core, as Yosys maps it for the default machine (`sense rtl synth`; the table in docs/silicon.md): layer
 * control, loaders, wave issue, ofmap side, AXI masters, and every memory.
 */
const AROUND = { lut: 39_126, bram36: 262.5, dsp: 33 } as const;

const core = coreResources(arch);
export const taken = {
  lut: core.lut + AROUND.lut,
  dsp: core.dsp + AROUND.dsp,
  bram36: core.bram36 + AROUND.bram36,
} as const;

export const sparseRecords: readonly FpgaRecord[] = fpgaRecords.filter(({ sparse }) => sparse);

const LUTS = { low: 0.2, high: 0.2 } as const;
const BRAMS = { low: 0.75, high: 0.75 } as const;

/** One minus ours over theirs, for each earlier design that prints its count. */
const fewer = (
  ours: number,
  {
    of,
    claimed,
    unit,
  }: { of: (record: FpgaRecord) => number | undefined } & Pick<Measured, 'unit' | 'claimed'>,
): readonly Measured[] =>
  sparseRecords.flatMap((record) => {
    const theirs = of(record);
    if (theirs === undefined) return [];
    const value = 1 - ours / theirs;
    const holds = atLeast(value, claimed!);
    const setting = `${Math.round(ours)} of ours, ${Math.round(theirs)} of theirs`;
    return [{ model: arch.name, value, unit, claimed, setting, against: record.key, holds }];
  });

export const c7: Claim = {
  id: 'C7',
  text: 'v1',
  says: 'LUTs: 1/5 fewer than earlier sparse FPGA accelerators',
  claimed: { ...LUTS, unit: 'fewer LUTs' },
  trials: [],
  note: 'the whole machine, memory interface included: the compute core by the fit to Yosys runs, what stands around it as Yosys maps it; a bound from above, no two LUTs share a site. Which earlier design is meant is not said: every sparse one of the records with a count stands here, logic cells converted (docs/papers/fpga-records.md); Lu 2019 prints no count that is at hand',
  reasons: [
    {
      why: 'our PE takes more LUTs than the claim leaves: two banks of 64 psums of 28 bits lie in LUTRAM, which keeps the drain off the critical path and block RAM free; the counts are bounds from above, and the earlier designs are converted from logic cells',
    },
  ],
  measure: () =>
    fewer(taken.lut, { of: (record) => converted(record).luts, claimed: LUTS, unit: 'fewer LUTs' }),
};

export const c8: Claim = {
  id: 'C8',
  text: 'v1',
  says: 'BRAMs: 3/4 fewer than the same',
  claimed: { ...BRAMS, unit: 'fewer BRAMs' },
  trials: [],
  note: 'BRAM36 of the whole machine as Yosys maps it, none in the PEs; the buffers are our choice, no text states them. BRAM18 of the records are halved',
  reasons: [
    {
      against: 'zhu-2020-16',
      why: 'short of it; the buffers are ours to choose and were not chosen for this figure, and the machine holds tables of each layer beside them',
    },
    { against: 'zhu-2020-8', why: 'the 8-bit design of the same text prints the same memories' },
    { against: 'spec-2023', why: 'SPEC prints fewer block RAMs than our buffers alone take' },
  ],
  measure: () =>
    fewer(taken.bram36, { of: (record) => converted(record).bram36, claimed: BRAMS, unit: 'fewer BRAMs' }),
};
