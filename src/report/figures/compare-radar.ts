/** The virtues of every machine as a radar of its own, each as a share of the best machine's, over the first machine's outline. */
import type { Comparison } from '../compare.ts';
import { printable, shortened } from '../printable.ts';
import { brief } from '../quantities.ts';
import type { Report } from '../report.ts';
import { headingOf } from './compare-heading.ts';
import { FAINT, label, line, MUTED, page, polygon } from './svg.ts';

/** More is better; over several networks the geometric mean stands. */
interface Virtue {
  readonly name: string;
  readonly unit: string;
  readonly of: (report: Report) => number;
}

const VIRTUES: readonly Virtue[] = [
  { name: 'speed', unit: 'images/s', of: ({ totals }) => totals.imagesPerSecond },
  { name: 'MACs in use', unit: 'of 1', of: ({ totals }) => totals.utilization },
  { name: 'zeros skipped', unit: 'x', of: ({ totals }) => totals.macsDense / totals.macsIssued },
  { name: 'DRAM', unit: 'images/MB', of: ({ totals, images }) => (images * 1e6) / totals.dramBytes.total },
];
const ENERGY: Virtue = {
  name: 'energy',
  unit: 'images/J',
  of: ({ totals, images }) => images / (totals.energyPj.total * 1e-12),
};

/** Joules of an FPGA and of a chip without leakage do not compare: energy counts where all use one table. */
const virtuesFor = ({ differences }: Comparison): readonly Virtue[] =>
  differences.some(({ setting }) => setting === 'energy table') ? VIRTUES : [...VIRTUES, ENERGY];

const CELL = { width: 256, height: 218 } as const;
const RADIUS = 66;
const MARGIN = 18;
const MOST_COLUMNS = 4;
const OWN = '#0072b2';
const OTHER = '#d55e00';
const OUTLINE = '#7c8894';

export function compareRadar(comparison: Comparison): string {
  const virtues = virtuesFor(comparison);
  const names = [...new Set(comparison.reports.map(({ machine }) => machine))];
  const means = names.map((name) =>
    meansOf(
      comparison.reports.filter(({ machine }) => machine === name),
      virtues,
    ),
  );
  const best = virtues.map((_, v) => Math.max(...means.map((values) => values[v]!)));
  const shares = means.map((values) => values.map((value, v) => (best[v]! > 0 ? value / best[v]! : 0)));
  const columns = Math.min(MOST_COLUMNS, names.length);
  const width = Math.max(2 * CELL.width, columns * CELL.width) + 2 * MARGIN;
  const networks = [...new Set(comparison.reports.map(({ model }) => printable(model)))];
  const heading = headingOf(comparison, {
    ...{ x: MARGIN, width: width - 2 * MARGIN },
    title: `Share of the best machine: ${networks.join(', ')}`,
  });
  const cells = names.flatMap((name, i) =>
    radar({ name, virtues, own: shares[i]!, first: shares[0]!, values: means[i]!, isFirst: i === 0 }, [
      MARGIN + (i % columns) * CELL.width + CELL.width / 2,
      heading.height + Math.floor(i / columns) * CELL.height + CELL.height / 2 + 12,
    ]),
  );
  return page(
    {
      width,
      height: heading.height + Math.ceil(names.length / columns) * CELL.height + MARGIN,
      says: `${virtues.map(({ name }) => name).join(', ')} of ${names.join(', ')}`,
    },
    [...heading.parts, ...cells],
  );
}

const meansOf = (reports: readonly Report[], virtues: readonly Virtue[]): readonly number[] =>
  virtues.map(({ of }) =>
    Math.exp(reports.reduce((sum, report) => sum + Math.log(of(report)), 0) / reports.length),
  );

interface Radar {
  readonly name: string;
  readonly virtues: readonly Virtue[];
  readonly own: readonly number[];
  readonly first: readonly number[];
  readonly values: readonly number[];
  readonly isFirst: boolean;
}

function radar(
  { name, virtues, own, first, values, isFirst }: Radar,
  [x, y]: readonly [number, number],
): readonly string[] {
  const point = (v: number, share: number): readonly [number, number] => {
    const angle = (2 * Math.PI * v) / virtues.length - Math.PI / 2;
    return [x + RADIUS * share * Math.cos(angle), y + RADIUS * share * Math.sin(angle)];
  };
  const ring = (share: number): string =>
    polygon(
      virtues.map((_, v) => point(v, share)),
      { fill: 'none', stroke: FAINT },
    );
  const colour = isFirst ? OWN : OTHER;
  const says = virtues.map((virtue, v) => `${virtue.name} ${brief(values[v]!)} ${virtue.unit}`.trim());
  return [
    label([x, y - RADIUS - 26], shortened(printable(name), 24), { anchor: 'middle', size: 13, bold: true }),
    ...[0.25, 0.5, 0.75, 1].map(ring),
    ...virtues.map((_, v) => line([x, y], point(v, 1), { stroke: FAINT })),
    polygon(
      own.map((share, v) => point(v, share)),
      { fill: colour, fillOpacity: 0.28, stroke: colour, width: 2, title: `${name}: ${says.join(', ')}` },
    ),
    ...(isFirst
      ? []
      : [
          polygon(
            first.map((share, v) => point(v, share)),
            { fill: 'none', stroke: OUTLINE, width: 1.2 },
          ),
        ]),
    ...virtues.map(({ name: virtue }, v) => {
      const [px, py] = point(v, 1.12);
      const anchor = Math.abs(px - x) < 2 ? 'middle' : px < x ? 'end' : 'start';
      return label([px, py + (v === 0 ? 0 : 5)], virtue, { anchor, size: 9.5, fill: MUTED });
    }),
  ];
}
