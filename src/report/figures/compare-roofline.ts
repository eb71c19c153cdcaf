/**
 * Networks under the roofs of every machine (Williams, Waterman and Patterson, CACM 2009): effectual multiplications a
 * second over effectual multiplications a DRAM byte. A roof is the machine's multipliers, or its sustained bandwidth.
 */
import type { Comparison } from '../compare.ts';
import { printable, shortened } from '../printable.ts';
import { brief, grouped } from '../quantities.ts';
import type { Report } from '../report.ts';
import { headingOf } from './compare-heading.ts';
import { FAINT, INK, label, line, MUTED, page, polygon } from './svg.ts';

const WIDTH = 860;
const PLOT = { left: 74, right: 640, height: 430 } as const;
const MARGIN = 18;

/** Okabe and Ito's eight, and darker and lighter kin of them: a colour a machine. */
const COLOURS = [
  ...['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'],
  ...['#7b3294', '#a6611a', '#5f6873', '#01665e', '#b2182b', '#8c96c6', '#b8a500'],
] as const;

export function compareRoofline(comparison: Comparison): string {
  const { reports } = comparison;
  const machines = [...new Set(reports.map(({ machine }) => machine))];
  const networks = [...new Set(reports.map(({ model }) => model))];
  const colour = (machine: string): string => COLOURS[machines.indexOf(machine) % COLOURS.length]!;
  const heading = headingOf(comparison, {
    ...{ x: MARGIN, width: WIDTH - 2 * MARGIN, title: 'Under the roofs of multipliers and DRAM' },
  });
  const top = heading.height + 22;
  const bottom = top + PLOT.height;
  const points = reports
    .filter(({ totals }) => totals.dramBytes.total > 0 && totals.macsEffectual > 0)
    .map((report) => ({ report, ...intensity(report) }));
  const roofs = machines.map((machine) => ({
    machine,
    ...roofOf(reports.find((report) => report.machine === machine)!),
  }));
  const across = decades(
    [...points.map(({ x }) => x), ...roofs.map(({ ridge }) => ridge)],
    [PLOT.left, PLOT.right],
  );
  const up = decades([...points.map(({ y }) => y), ...roofs.map(({ peak }) => peak)], [bottom, top]);

  const grid = [
    ...across.ticks.flatMap((x) => [
      line([across.at(x), top], [across.at(x), bottom], { stroke: FAINT }),
      label([across.at(x), bottom + 16], tickText(x), { anchor: 'middle' }),
    ]),
    ...up.ticks.flatMap((y) => [
      line([PLOT.left, up.at(y)], [PLOT.right, up.at(y)], { stroke: FAINT }),
      label([PLOT.left - 8, up.at(y) + 4], tickText(y), { anchor: 'end' }),
    ]),
    label([(PLOT.left + PLOT.right) / 2, bottom + 36], 'effectual MACs per DRAM byte', { anchor: 'middle' }),
    label([PLOT.left - 50, top - 8], 'effectual GMAC/s', {}),
  ];
  const shared = roofs.every(({ peak, ridge }) => peak === roofs[0]!.peak && ridge === roofs[0]!.ridge);
  const roofLines = (shared ? roofs.slice(0, 1) : roofs).flatMap(({ machine, peak, bandwidth, ridge }) => {
    const stroke = shared ? INK : colour(machine);
    const start = Math.max(across.low, up.low / bandwidth);
    return [
      line([across.at(start), up.at(start * bandwidth)], [across.at(ridge), up.at(peak)], {
        stroke,
        width: 1.4,
      }),
      line([across.at(ridge), up.at(peak)], [PLOT.right, up.at(peak)], { stroke, width: 1.4 }),
    ];
  });
  const marks = points.map(({ report, x, y }) =>
    polygon(marker(networks.indexOf(report.model), [across.at(x), up.at(y)], 5), {
      ...{ fill: colour(report.machine), fillOpacity: 0.85, stroke: 'white', width: 0.8 },
      title: `${report.model} on ${report.machine}: ${brief(y)} GMAC/s at ${brief(x)} MACs a byte`,
    }),
  );
  const legendX = PLOT.right + 24;
  const legend = [
    ...networks.flatMap((network, i) => [
      polygon(marker(i, [legendX + 6, top + 10 + 18 * i], 5), { fill: MUTED }),
      label([legendX + 18, top + 14 + 18 * i], shortened(printable(network), 22)),
    ]),
    ...machines.flatMap((machine, i) => {
      const y = top + 28 + 18 * (networks.length + i);
      return [
        line([legendX, y - 4], [legendX + 13, y - 4], { stroke: colour(machine), width: 3 }),
        label([legendX + 18, y], shortened(printable(machine), 22)),
      ];
    }),
  ];
  return page(
    {
      width: WIDTH,
      height: Math.max(bottom + 52, top + 40 + 18 * (networks.length + machines.length)),
      says: `Roofline of ${machines.join(', ')} on ${networks.join(', ')}`,
    },
    [...heading.parts, ...grid, ...roofLines, ...marks, ...legend],
  );
}

const intensity = ({ totals }: Report): { readonly x: number; readonly y: number } => ({
  x: totals.macsEffectual / totals.dramBytes.total,
  y: totals.macsEffectual / totals.seconds / 1e9,
});

interface Roof {
  readonly peak: number; // GMAC/s
  readonly bandwidth: number; // GB/s
  readonly ridge: number; // MACs a byte where they meet
}

function roofOf({ arch }: Report): Roof {
  const dram = arch.dram as { readonly bytesPerSecond: number; readonly efficiency: number };
  const peak = (Number(arch.rows) * Number(arch.cols) * Number(arch.clockHz)) / 1e9;
  const bandwidth = (dram.bytesPerSecond * dram.efficiency) / 1e9;
  return { peak, bandwidth, ridge: peak / bandwidth };
}

interface Axis {
  readonly low: number;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

const tickText = (n: number): string => (n >= 1 ? grouped(n) : brief(n));

/** A logarithmic axis over all values, half a decade wider than they are. */
function decades(values: readonly number[], [from, to]: readonly [number, number]): Axis {
  const low = Math.log10(Math.min(...values)) - 0.25;
  const high = Math.log10(Math.max(...values)) + 0.25;
  const steps = high - low > 3 ? [1] : [1, 2, 5];
  const ticks = Array.from({ length: Math.ceil(high) - Math.floor(low) }, (_, i) => i + Math.floor(low))
    .flatMap((power) => steps.map((step) => step * 10 ** power))
    .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
  return {
    low: 10 ** low,
    ticks,
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  };
}

/** Circle, square, triangle, diamond, and so on: polygons of 24, 4, 3, 4, 6, 5 corners. */
function marker(
  kind: number,
  [x, y]: readonly [number, number],
  radius: number,
): readonly (readonly [number, number])[] {
  const [corners, turn] = MARKERS[kind % MARKERS.length]!;
  return Array.from({ length: corners }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
  });
}

const MARKERS: readonly (readonly [corners: number, turn: number])[] = [
  [24, 0],
  [4, Math.PI / 4],
  [3, -Math.PI / 2],
  [4, 0],
  [6, 0],
  [5, -Math.PI / 2],
  [3, Math.PI / 2],
];
