/**
 * What the texts leave open, and how the verdicts move with each answer: words, batch, fully connected layers, DRAM,
 * buffers, share of zeros, rule.
 *
 *   npx tsx experiments/open-questions.ts
 *
 * writes results/open-questions.json and results/open-questions.svg.
 */
import { eyeriss } from '../src/accel/eyeriss.ts';
import { ownChoice } from '../src/accel/rule-choice.ts';
import { sense } from '../src/accel/sense.ts';
import { swallow } from '../src/accel/swallow.ts';
import type { Arch } from '../src/arch/arch.ts';
import { withoutPorts } from '../src/arch/ports.ts';
import {
  claimsFigure,
  type Measured,
  NETWORKS,
  type NetworkReports,
  type Range,
  runTrials,
  type Trial,
  trial,
  type Verdict,
  withBits,
} from '../src/paper/index.ts';
import { archLike, SAMENESS } from '../src/report/compare-settings.ts';
import type { Report } from '../src/report/report.ts';
import { say, writeFigure, writeResult } from './lib/write.ts';

interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly ours: Trial;
  /** The rival of a claim about DRAM, where the question is about one. */
  readonly against?: Trial;
  readonly networks?: readonly string[];
}

const { arch } = sense;
const ours = (id: string, changes: Partial<Trial>): Trial => trial(sense, { id, ...changes });
const scaled = (by: number, { buffers, ...rest }: Arch): Arch => ({
  ...rest,
  buffers: {
    ifmapBytes: buffers.ifmapBytes * by,
    weightBytes: buffers.weightBytes * by,
    ofmapBytes: buffers.ofmapBytes * by,
  },
});
const bandwidth = (gigabytes: number): Arch => ({
  ...arch,
  dram: { ...arch.dram, bytesPerSecond: gigabytes * 1e9, efficiency: 1 },
});
const swallowArch = archLike(swallow, arch, SAMENESS);

const answers: readonly Answer[] = [
  {
    ...{ question: 'bits', answer: 'batch 1, ours 8 bits, Eyeriss 16' },
    ours: ours('8 bits', {}),
    against: trial(eyeriss),
  },
  ...[1, 4, 16].map(
    (batch): Answer => ({
      ...{ question: 'batch', answer: `batch ${batch}, 16 bits both` },
      ours: ours(`16 bits, batch ${batch}`, { arch: withBits(arch, 16), batch }),
      against: trial(eyeriss, { id: `eyeriss, batch ${batch}`, batch }),
      ...(batch === 16 && { networks: ['alexnet', 'googlenet'] }),
    }),
  ),
  ...[4.8, 10.24, 19.2].map(
    (gigabytes): Answer => ({
      ...{ question: 'DRAM', answer: `${gigabytes} GB/s sustained` },
      ours: ours(`${gigabytes} GB/s`, { arch: bandwidth(gigabytes) }),
    }),
  ),
  {
    ...{ question: 'DRAM', answer: 'shared by all streams, requantising free' },
    ours: ours('DRAM shared', { arch: withoutPorts(arch) }),
  },
  ...[1 / 4, 1 / 2, 1, 2].map(
    (by): Answer => ({
      ...{ question: 'buffers', answer: `${704 * by} KiB of buffers` },
      ours: ours(`buffers x ${by}`, { arch: scaled(by, arch) }),
      against: trial(swallow, { id: `swallow, buffers x ${by}`, arch: scaled(by, swallowArch) }),
    }),
  ),
  ...[0, 0.25, 0.5, 0.75].map(
    (zeros): Answer => ({
      ...{ question: 'zeros', answer: `${100 * zeros} % of the weights zero` },
      ours: ours(`zeros ${zeros}`, { rule: ownChoice(sense, zeros) }),
    }),
  ),
  {
    ...{ question: 'rule', answer: 'column-block at 50 % zeros' },
    ours: ours('column-block', { rule: { kind: 'column-block', zeros: 0.5 } }),
  },
];

const C11: Readonly<Record<string, number>> = { alexnet: 471, vgg16: 34, resnet50: 53, googlenet: 191 };
const LESS: ReadonlyMap<string, Range> = new Map([
  [eyeriss.name, { low: 1.9, high: 2.6 }],
  [swallow.name, { low: 1.17, high: 1.8 }],
]);

const trials = answers.flatMap(({ ours: own, against, networks }) =>
  [own, ...(against ? [against] : [])].map((each) => ({ ...each, networks })),
);
const reports = new Map<string, NetworkReports>(
  NETWORKS.map((network) => [network, runTrials(network, trials, { seed: 1, onProgress: say })]),
);

type Part = 'conv' | 'totals';
const megabytes = (report: Report, part: Part): number => report[part].dramBytes.total / report.images / 1e6;

const rows = answers.flatMap(({ question, answer, ours: own, against, networks = NETWORKS }) =>
  networks.map((model) => {
    const [mine, theirs] = [own, against].map((each) => each && reports.get(model)![each.id]!);
    const ratio = (part: Part): number | undefined =>
      theirs && megabytes(theirs, part) / megabytes(mine!, part);
    return {
      ...{ question, answer, model },
      imagesPerSecond: { conv: mine!.conv.imagesPerSecond, whole: mine!.totals.imagesPerSecond },
      claimedImagesPerSecond: C11[model]!,
      dramMegabytesAnImage: {
        conv: megabytes(mine!, 'conv'),
        whole: megabytes(mine!, 'totals'),
      },
      ...(against && {
        lessDram: { against: against.machine.name, conv: ratio('conv')!, whole: ratio('totals')! },
      }),
    };
  }),
);
writeResult('open-questions', { schema: 'sense.open-questions/1', seed: 1, zeros: 0.5, rows });

/** The figure of the claims, a line an answer: speed over C11, DRAM over C4 or C12; grey counts fully connected layers. */
const verdicts = answers.flatMap(({ answer }): readonly Verdict[] => {
  const mine = rows.filter((row) => row.answer === answer);
  const values = mine.flatMap((row): readonly Measured[] => {
    const { model, imagesPerSecond, claimedImagesPerSecond, lessDram } = row;
    const claimed = { low: claimedImagesPerSecond, high: claimedImagesPerSecond };
    const speed = { model, claimed, unit: 'images/s', setting: answer } as const;
    const range = lessDram && LESS.get(lessDram.against)!;
    const dram = lessDram && {
      ...{ model, claimed: range, unit: 'x less DRAM', setting: answer, against: lessDram.against },
    };
    return [
      { ...speed, value: imagesPerSecond.conv, holds: imagesPerSecond.conv >= claimed.low },
      { ...speed, value: imagesPerSecond.whole },
      ...(dram
        ? [
            { ...dram, value: lessDram.conv, holds: lessDram.conv >= range!.low },
            { ...dram, value: lessDram.whole },
          ]
        : []),
    ];
  });
  return [
    { ...{ id: answer, text: '', says: answer, claimed: null, measured: values, holds: true, note: '' } },
  ];
});
writeFigure(
  'open-questions',
  claimsFigure({ schema: 'sense.paper/1', seed: 1, networks: NETWORKS, claims: verdicts }),
);
