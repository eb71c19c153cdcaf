/** The picture of a training run: accuracy over epochs, and how many non-zeros kernels have before and after. */
import { label, line, rect, svg } from '../../src/report/figures/svg.ts';
import { grouped, percent } from '../../src/report/quantities.ts';
import {
  METHODS,
  type Method,
  type TrainedLayer,
  type TrainingReport,
} from '../../src/train/training-report.ts';

const PANEL = { width: 420, height: 260 } as const;
const LEFT = 56;
const TOP = 40;
const GAP = 90;
const FAINT = { stroke: '#9994' } as const;

/** Okabe and Ito's palette, told apart by colour-blind readers. */
const COLOURS: Readonly<Record<Method, string>> = {
  dense: '#0072b2',
  'one-shot': '#d55e00',
  adaptive: '#009e73',
  unstructured: '#cc79a7',
};
const HISTOGRAM = {
  before: COLOURS.dense,
  unstructured: COLOURS.unstructured,
  after: COLOURS.adaptive,
} as const;
const SERIES = { before: 'dense', unstructured: 'pruned anywhere', after: 'trained to the rule' } as const;

export function trainingFigure(report: TrainingReport): string {
  const { model, dataset, rule } = report;
  const kernels = largestKernels(report.layers);
  const second = LEFT + PANEL.width + GAP;
  return svg(
    {
      width: kernels ? second + PANEL.width + 20 : second,
      height: TOP + PANEL.height + 50,
      says: `Training of ${model} on ${dataset}: accuracy by epoch, and non-zeros per kernel under ${rule.kind}`,
    },
    [...accuracies(report), ...(kernels ? histogram(kernels, second) : [])],
  );
}

/** Test accuracy of each trained method over epochs; one-shot pruning takes none, and is a level. */
function accuracies({ history, accuracy, dataset, ...report }: TrainingReport): readonly string[] {
  const epochs = report.epochs + report.qatEpochs;
  const levels = [...history.map((epoch) => epoch.testAccuracy), accuracy.oneShot ?? 1];
  const low = Math.floor(Math.min(...levels, 0.99) * 20) / 20;
  const across = (epoch: number): number => LEFT + (PANEL.width * epoch) / Math.max(1, epochs);
  const up = (share: number): number => TOP + (PANEL.height * (1 - share)) / (1 - low);
  const ticks = Array.from({ length: 6 }, (_, i) => low + ((1 - low) * i) / 5);
  const every = Math.max(1, Math.ceil(epochs / 10));
  const epochTicks = Array.from({ length: Math.floor(epochs / every) + 1 }, (_, i) => i * every);
  const shown = METHODS.filter((method) => history.some((epoch) => epoch.method === method));
  const curve = (method: Method): readonly string[] => {
    const points = history.filter((epoch) => epoch.method === method);
    return points.slice(1).map(({ epoch, testAccuracy }, i) => {
      const before = points[i]!;
      const from = [across(before.epoch), up(before.testAccuracy)] as const;
      return line(from, [across(epoch), up(testAccuracy)], { stroke: COLOURS[method], width: 2 });
    });
  };
  return [
    label([LEFT, 16], `accuracy on the test pictures of ${dataset}, %`, { size: 13 }),
    ...ticks.flatMap((share) => [
      line([LEFT, up(share)], [LEFT + PANEL.width, up(share)], FAINT),
      label([LEFT - 6, up(share) + 4], percent(share), { anchor: 'end' }),
    ]),
    ...epochTicks.map((epoch) =>
      label([across(epoch), TOP + PANEL.height + 16], String(epoch), { anchor: 'middle' }),
    ),
    label([LEFT + PANEL.width / 2, TOP + PANEL.height + 34], 'epochs', { anchor: 'middle' }),
    ...(accuracy.oneShot === null
      ? []
      : [
          line([LEFT, up(accuracy.oneShot)], [LEFT + PANEL.width, up(accuracy.oneShot)], {
            ...{ stroke: COLOURS['one-shot'], dashed: true, width: 2 },
          }),
        ]),
    ...shown.flatMap(curve),
    ...[...shown, ...(accuracy.oneShot === null ? [] : (['one-shot'] as const))].flatMap((method, i) => [
      rect([LEFT + 105 * i, TOP - 16], [10, 10], { fill: COLOURS[method] }),
      label([LEFT + 105 * i + 14, TOP - 7], method),
    ]),
  ];
}

interface Kernels {
  readonly taps: number;
  readonly counts: TrainedLayer['kernels'];
}

/** All layers whose kernels have as many taps as the largest kernel of the network; one tap tells nothing. */
function largestKernels(layers: readonly TrainedLayer[]): Kernels | undefined {
  const pruned = layers.filter((layer) => !layer.exempt);
  const taps = pruned.reduce((most, { kernels }) => Math.max(most, kernels.after.length - 1), 0);
  if (taps < 2) return undefined;
  const sums = (which: keyof TrainedLayer['kernels']): readonly number[] =>
    Array.from({ length: taps + 1 }, (_, n) =>
      pruned
        .filter(({ kernels }) => kernels.after.length === taps + 1)
        .reduce((sum, { kernels }) => sum + kernels[which][n]!, 0),
    );
  return {
    taps,
    counts: { before: sums('before'), unstructured: sums('unstructured'), after: sums('after') },
  };
}

function histogram({ taps, counts }: Kernels, left: number): readonly string[] {
  const most = Math.max(1, ...counts.before, ...counts.unstructured, ...counts.after);
  const pitch = PANEL.width / (taps + 1);
  const series = ['before', 'unstructured', 'after'] as const;
  const width = (pitch - 2) / series.length;
  const bars = series.flatMap((which, s) =>
    counts[which].flatMap((count, n) => {
      const height = (PANEL.height * count) / most;
      if (count === 0) return [];
      return [
        rect([left + pitch * n + width * s + 1, TOP + PANEL.height - height], [width, height], {
          fill: HISTOGRAM[which],
          title: `${grouped(count)} kernels have ${n} non-zeros (${SERIES[which]})`,
        }),
      ];
    }),
  );
  const every = Math.ceil((taps + 1) / 14);
  return [
    label([left, 16], `kernels of ${taps} taps by how many are not zero`, { size: 13 }),
    ...bars,
    line([left, TOP + PANEL.height], [left + PANEL.width, TOP + PANEL.height], FAINT),
    ...counts.after.flatMap((_, n) =>
      n % every === 0
        ? [label([left + pitch * (n + 0.5), TOP + PANEL.height + 16], String(n), { anchor: 'middle' })]
        : [],
    ),
    label([left - 6, TOP + 4], grouped(most), { anchor: 'end' }),
    label([left + PANEL.width / 2, TOP + PANEL.height + 34], 'non-zeros', { anchor: 'middle' }),
    ...series.flatMap((which, i) => [
      rect([left + 125 * i, TOP - 16], [10, 10], { fill: HISTOGRAM[which] }),
      label([left + 125 * i + 14, TOP - 7], SERIES[which]),
    ]),
  ];
}
