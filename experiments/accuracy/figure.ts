/** The picture of the accuracy experiment: for each network accuracy against zeros, against speed, and its kernels. */
import { dot, label, line, rect, svg } from '../../src/report/figures/svg.ts';
import { percent } from '../../src/report/quantities.ts';
import { METHODS, type Method, type Row } from './rows.ts';

const PANEL = { width: 300, height: 210 } as const;
const LEFT = 60;
const TOP = 66;
const ACROSS = PANEL.width + 80;
const DOWN = PANEL.height + 92;
const FAINT = { stroke: '#9994' } as const;

/** Okabe and Ito's palette, told apart by colour-blind readers. */
const COLOURS: Readonly<Record<Method, string>> = {
  given: '#000000',
  dense: '#0072b2',
  'adaptive-int8': '#56b4e9',
  'one-shot': '#d55e00',
  adaptive: '#009e73',
  'column-block': '#e69f00',
  unstructured: '#cc79a7',
};

/** One point a method and share: means over seeds. */
interface Point {
  readonly method: Method;
  readonly zeros: number;
  readonly accuracy: number; // int8
  readonly speed: number; // dense cycles over its own
}

export function accuracyFigure(rows: readonly Row[]): string {
  const networks = [...new Set(rows.map(({ network }) => network))].sort();
  return svg(
    {
      width: LEFT + 3 * ACROSS,
      height: TOP + networks.length * DOWN,
      says: `Accuracy against zeros, accuracy against speed, and non-zeros of kernels: ${networks.join(', ')}`,
    },
    [
      ...METHODS.flatMap((method, i) => [
        rect([LEFT + 120 * i, 14], [10, 10], { fill: COLOURS[method] }),
        label([LEFT + 120 * i + 14, 23], method),
      ]),
      ...networks.flatMap((network, i) => {
        const own = rows.filter((row) => row.network === network);
        const points = pointsOf(own);
        const y = TOP + i * DOWN;
        const low = lowest(points);
        return [
          ...panel([LEFT, y], `${network}: int8 accuracy against zeros, %`, { low, ...byZeros(points) }),
          ...panel([LEFT + ACROSS, y], 'accuracy against speed-up over dense weights', {
            low,
            ...bySpeed(points),
          }),
          ...kernels([LEFT + 2 * ACROSS, y], own),
        ];
      }),
    ],
  );
}

const mean = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0) / list.length;

function pointsOf(rows: readonly Row[]): readonly Point[] {
  const [own, given] = (['dense', 'given'] as const).map((name) =>
    rows.filter(({ method }) => method === name),
  );
  const dense = own!.length > 0 ? own! : given!;
  if (dense.length === 0) return [];
  const base = mean(dense.map(({ hardware }) => hardware.cycles));
  return METHODS.flatMap((method) =>
    [...new Set(rows.filter((row) => row.method === method).map(({ zeros }) => zeros))]
      .sort()
      .map((zeros) => {
        const same = rows.filter((row) => row.method === method && row.zeros === zeros);
        return {
          ...{ method, zeros, accuracy: mean(same.map((row) => row.accuracy.int8)) },
          speed: base / mean(same.map(({ hardware }) => hardware.cycles)),
        };
      }),
  );
}

/** One-shot pruning falls out of the picture's bottom where it must: the others are to be told apart. */
const lowest = (points: readonly Point[]): number =>
  Math.floor(
    Math.min(...points.filter(({ method }) => method !== 'one-shot').map(({ accuracy }) => accuracy), 0.99) *
      50,
  ) /
    50 -
  0.01;

interface Axes {
  readonly ticks: readonly number[];
  readonly tick: (value: number) => string;
  readonly x: (point: Point) => number;
  readonly points: readonly Point[];
}

const byZeros = (points: readonly Point[]): Axes => ({
  points,
  ticks: [0, 0.25, 0.5, 0.625, 0.75],
  tick: (zeros) => percent(zeros),
  x: ({ zeros }) => zeros,
});

function bySpeed(points: readonly Point[]): Axes {
  const most = Math.ceil(2 * Math.max(...points.map(({ speed }) => speed))) / 2;
  const ticks = Array.from({ length: Math.round((most - 1) / 0.5) + 1 }, (_, i) => 1 + 0.5 * i);
  return { points, ticks, tick: (times) => `${times}x`, x: ({ speed }) => speed };
}

function panel(
  [left, top]: readonly [number, number],
  title: string,
  { low, ticks, tick, x, points }: Axes & { readonly low: number },
): readonly string[] {
  if (points.length === 0) return [];
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  const across = (value: number): number => left + (PANEL.width * (value - first)) / (last - first || 1);
  const high = Math.min(1, Math.ceil(100 * Math.max(...points.map(({ accuracy }) => accuracy)) + 0.2) / 100);
  const up = (accuracy: number): number =>
    top + (PANEL.height * (high - Math.max(low, accuracy))) / (high - low);
  const levels = Array.from({ length: 6 }, (_, i) => low + ((high - low) * i) / 5);
  const dense = points.find(({ method }) => method === 'dense');
  const told = ({ method, zeros, accuracy, speed }: Point): string =>
    `${method}, ${percent(zeros)} % zeros: ${(100 * accuracy).toFixed(2)} %, ${speed.toFixed(2)} times as fast`;
  return [
    label([left, top - 12], title, { size: 12, bold: true }),
    ...levels.flatMap((level) => [
      line([left, up(level)], [left + PANEL.width, up(level)], FAINT),
      label([left - 6, up(level) + 4], percent(level), { anchor: 'end' }),
    ]),
    ...ticks.map((value) =>
      label([across(value), top + PANEL.height + 16], tick(value), { anchor: 'middle' }),
    ),
    ...(dense
      ? [
          line([left, up(dense.accuracy)], [left + PANEL.width, up(dense.accuracy)], {
            ...{ stroke: COLOURS.dense, dashed: true },
          }),
        ]
      : []),
    ...METHODS.flatMap((method) => {
      const own = points.filter((point) => point.method === method);
      return [
        ...own.slice(1).map((point, i) => {
          const before = own[i]!;
          const from = [across(x(before)), up(before.accuracy)] as const;
          return line(from, [across(x(point)), up(point.accuracy)], { stroke: COLOURS[method], width: 2 });
        }),
        ...own.flatMap((point) => [
          dot([across(x(point)), up(point.accuracy)], 4, { fill: COLOURS[method], title: told(point) }),
          // What falls out of the bottom says its number.
          ...(point.accuracy < low
            ? [
                label([across(x(point)), up(low) - 8], percent(point.accuracy), {
                  ...{ anchor: 'middle', fill: COLOURS[method], size: 10 },
                }),
              ]
            : []),
        ]),
      ];
    }),
  ];
}

/** How many non-zeros kernels have at one half: the rule's two neighbouring counts against a spread. */
function kernels([left, top]: readonly [number, number], rows: readonly Row[]): readonly string[] {
  const shown = (['dense', 'unstructured', 'adaptive'] as const).flatMap((method) => {
    const row = rows.find((each) => each.method === method && [0, 0.5].includes(each.zeros));
    return row?.kernelNonZeros ? [{ method, counts: row.kernelNonZeros }] : [];
  });
  const taps = (shown[0]?.counts.length ?? 1) - 1;
  if (taps < 1) return [];
  const most = Math.max(...shown.flatMap(({ counts }) => counts));
  const slot = PANEL.width / (taps + 1);
  const bar = (slot * 0.84) / shown.length;
  const height = (count: number): number => (PANEL.height * count) / most;
  const every = Math.ceil((taps + 1) / 14);
  return [
    label([left, top - 12], `kernels of ${taps} taps by non-zeros, at 50 % zeros`, {
      size: 12,
      bold: true,
    }),
    line([left, top + PANEL.height], [left + PANEL.width, top + PANEL.height], FAINT),
    ...shown.flatMap(({ method, counts }, i) =>
      counts.map((count, n) =>
        rect(
          [left + n * slot + slot * 0.08 + i * bar, top + PANEL.height - height(count)],
          [bar, height(count)],
          { fill: COLOURS[method], title: `${method}: ${count} kernels have ${n} non-zeros` },
        ),
      ),
    ),
    ...Array.from({ length: taps + 1 }, (_, n) => n)
      .filter((n) => n % every === 0)
      .map((n) => label([left + (n + 0.5) * slot, top + PANEL.height + 16], String(n), { anchor: 'middle' })),
  ];
}
