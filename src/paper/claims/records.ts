/** C9 and C10: efficiency and speed against earlier sparse accelerators on the same device. */
import { type FpgaRecord, fpgaRecords } from '../../accel/records.ts';
import { sense } from '../../accel/sense.ts';
import { peakGops } from '../../arch/arch.ts';
import type { Report } from '../../report/report.ts';
import { atLeast, type Claim, type Measured, type Range } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { OURS } from '../trial.ts';
import { sparseRecords, taken } from './device.ts';

const EFFICIENCY: Range = { low: 2.1, high: 2.1 };
const CLAIMED_WATTS = 11.2;

/** The one record whose watts fit the claim: 23.6 W / 11.2 W = 2.1. */
const lu = fpgaRecords.find(({ key }) => key === 'lu-2019')!;
const luWatts = lu.printed.watts!;
const luGops = lu.results.find(({ unit }) => unit === 'GOP/s')!;

export const c9: Claim = {
  id: 'C9',
  text: 'v1',
  says: 'peak energy efficiency: 2.1 times that of the same',
  claimed: { ...EFFICIENCY, unit: 'x GOP/s/W' },
  trials: [OURS],
  note: `against Lu 2019 (${luWatts} W), the design that the figure fits: ${luWatts} / ${CLAIMED_WATTS} = 2.1 at equal peak. Decides: its watts over ours as modelled, at equal peak; this stands and falls with C6. Beside it, dense-equivalent GOP/s a watt over the best that Lu prints`,
  reasons: [],
  measure: (lab) =>
    lab.networks.flatMap((model): readonly Measured[] => {
      const { conv } = lab.of(model, OURS);
      const value = luWatts / conv.powerW;
      const effective = (2 * conv.macsDense) / conv.seconds / 1e9 / conv.powerW / (luGops.high / luWatts);
      const claimed = EFFICIENCY;
      const against = lu.key;
      return [
        {
          model,
          value,
          unit: 'x GOP/s/W',
          claimed,
          against,
          setting: 'equal peak',
          holds: atLeast(value, claimed),
        },
        { model, value: effective, unit: 'x GOP/s/W', against, setting: 'dense-equivalent GOP/s a watt' },
      ];
    }),
};

const SPEED: Range = { low: 1.15, high: 1.49 };

export const c10: Claim = {
  id: 'C10',
  text: 'v1',
  says: 'speed against the same: 1.15 to 1.49 times',
  claimed: { ...SPEED, unit: 'x faster' },
  trials: [OURS],
  note: `our conv layers over the images/s they print, their DSPs and words as they are: decides; beside it the same for each DSP (ours takes ${taken.dsp}). Which earlier design is meant is not said; Lu 2019 prints GOP/s, held against our dense-equivalent GOP/s. Peak of ours: ${peakGops(sense.arch)} GOP/s`,
  reasons: [
    {
      against: 'zhu-2020-16',
      why: 'Zhu 2020 multiplies on more DSPs than ours, and the zeros of its weights are not in what we have of it; for each DSP its VGG-16 is level with ours and its AlexNet ahead',
    },
    {
      against: 'zhu-2020-8',
      why: 'its 8-bit design has more than twice the DSPs; for each DSP it is a twelfth ahead on VGG-16',
    },
    {
      against: 'spec-2023',
      why: 'SPEC prints two figures for ResNet-50, what tells them apart is in its text, which is not at hand; ours is level with the lower one',
    },
  ],
  measure: (lab) => sparseRecords.flatMap((record) => [...rates(record, lab), ...operations(record, lab)]),
};

function rates(record: FpgaRecord, lab: Lab): readonly Measured[] {
  const { key: against, printed, results } = record;
  return results
    .filter(({ network, unit }) => unit === 'images/s' && lab.networks.includes(network ?? ''))
    .flatMap(({ network, low, high }) => {
      const model = network!;
      const ours = lab.of(model, OURS).conv.imagesPerSecond;
      const dsp = printed.dsp === undefined ? undefined : printed.dsp / taken.dsp;
      return [...new Set([low, high])].flatMap((theirs): readonly Measured[] => {
        const value = ours / theirs;
        const common = { model, unit: 'x faster', claimed: SPEED, against } as const;
        return [
          { ...common, value, setting: `${theirs} images/s`, holds: atLeast(value, SPEED) },
          ...(dsp === undefined
            ? []
            : [{ ...common, value: value * dsp, setting: `${theirs}, for each DSP` }]),
        ];
      });
    });
}

const denseGops = ({ conv }: Report): number => (2 * conv.macsDense) / conv.seconds / 1e9;

/** Where only GOP/s are printed, the text's least against our least, its best against our best. */
function operations({ key: against, results }: FpgaRecord, lab: Lab): readonly Measured[] {
  const printed = results.find(({ unit, network }) => unit === 'GOP/s' && network === undefined);
  if (!printed) return [];
  return lab.networks.map((model) => {
    const value = denseGops(lab.of(model, OURS)) / printed.high;
    const setting = `${printed.high} GOP/s effective, its best`;
    return { model, value, unit: 'x faster', claimed: SPEED, against, setting, holds: atLeast(value, SPEED) };
  });
}
