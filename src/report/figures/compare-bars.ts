/** Speed of every machine on every network as a bar, over the first machine: a panel a network, losses in their own colour. */
import type { Comparison } from '../compare.ts';
import { printable, shortened } from '../printable.ts';
import { brief } from '../quantities.ts';
import type { Report } from '../report.ts';
import { headingOf } from './compare-heading.ts';
import { INK, label, line, MUTED, page, rect } from './svg.ts';

const NAMES = 92;
const BARS = 210;
const NUMBERS = 104;
const PANEL = NAMES + BARS + NUMBERS;
const GUTTER = 24;
const PITCH = 19;
const MARGIN = 18;
const PANEL_HEAD = 30;

const FIRST = '#0072b2';
const SLOWER = '#9fb3c4';
const FASTER = '#d55e00';

export function compareBars(comparison: Comparison): string {
  const networks = byNetwork(comparison.reports);
  const columns = networks.length === 1 ? 1 : 2;
  const width = 2 * MARGIN + columns * PANEL + (columns - 1) * GUTTER;
  const heading = headingOf(comparison, { x: MARGIN, width: width - 2 * MARGIN, title: 'Images a second' });
  const most = Math.max(...networks.map((reports) => reports.length));
  const panelHeight = PANEL_HEAD + most * PITCH + 14;
  const panels = networks.flatMap((reports, i) =>
    panel(reports, [
      MARGIN + (i % columns) * (PANEL + GUTTER),
      heading.height + Math.floor(i / columns) * panelHeight,
    ]),
  );
  return page(
    {
      width,
      height: heading.height + Math.ceil(networks.length / columns) * panelHeight + MARGIN - 8,
      says: `Images a second of machines on ${networks.map(([first]) => first!.model).join(', ')}`,
    },
    [...heading.parts, ...panels],
  );
}

function panel(reports: readonly Report[], [x0, y0]: readonly [number, number]): readonly string[] {
  const [first] = reports;
  const speedUp = (report: Report): number => report.totals.imagesPerSecond / first!.totals.imagesPerSecond;
  const most = Math.max(...reports.map(speedUp));
  const left = x0 + NAMES;
  const one = left + BARS / most;
  const top = y0 + PANEL_HEAD;
  return [
    label([left, y0 + 18], shortened(printable(first!.model), 30), { size: 13, bold: true }),
    ...reports.flatMap((report, i) => {
      const y = top + PITCH * i;
      const times = speedUp(report);
      const fill = i === 0 ? FIRST : times > 1 ? FASTER : SLOWER;
      const says = `${report.machine}: ${brief(report.totals.imagesPerSecond)} images/s, ${times.toFixed(2)} x`;
      const bold = i === 0;
      return [
        label([left - 7, y + 11], shortened(printable(report.machine), 16), { anchor: 'end', bold }),
        rect([left, y], [Math.max(1, (BARS * times) / most), PITCH - 6], { fill, title: says }),
        label([left + BARS + 48, y + 11], `${times.toFixed(2)} x`, { anchor: 'end', bold }),
        label([left + BARS + NUMBERS, y + 11], brief(report.totals.imagesPerSecond), {
          anchor: 'end',
          fill: MUTED,
        }),
      ];
    }),
    label([left + BARS + 48, y0 + 18], 'speed-up', { anchor: 'end', size: 9.5, fill: MUTED }),
    label([left + BARS + NUMBERS, y0 + 18], 'images/s', { anchor: 'end', size: 9.5, fill: MUTED }),
    line([left, top - 4], [left, top + PITCH * reports.length - 2], { stroke: INK }),
    line([one, top - 4], [one, top + PITCH * reports.length - 2], { stroke: MUTED, dashed: true }),
  ];
}

export const byNetwork = (reports: readonly Report[]): readonly (readonly Report[])[] => {
  const groups = new Map<string, Report[]>();
  for (const report of reports) groups.set(report.model, [...(groups.get(report.model) ?? []), report]);
  return [...groups.values()];
};
