/** The ablation as bars: what each set of ideas brings in time and in DRAM traffic, a panel a network. */
import { INK, label, line, MUTED, page, rect } from '../report/figures/svg.ts';
import type { Ablation, AblationRow } from './ablation.ts';

const NAMES = 150;
const BARS = 150;
const NUMBER = 52;
const HALF = BARS + NUMBER;
const PANEL = NAMES + 2 * HALF + 14;
const MARGIN = 18;
const GUTTER = 22;
const PITCH = 18;
const HEAD = 44;
const TOP = 62;

const TIME = '#0072b2';
const DRAM = '#e69f00';
const WHOLE = 0.95;
const PART = 0.55;

export function ablationFigure({ rows }: Ablation): string {
  const networks = rows[0]?.networks.map(({ model }) => model) ?? [];
  const columns = Math.min(2, Math.max(1, networks.length));
  const height = HEAD + rows.length * PITCH + 18;
  return page(
    {
      width: 2 * MARGIN + columns * PANEL + (columns - 1) * GUTTER,
      height: TOP + Math.ceil(networks.length / columns) * height,
      says: `What each idea brings on ${networks.join(', ')}`,
    },
    [
      label([MARGIN, 28], 'What each idea brings', { size: 17, bold: true }),
      label([MARGIN, 46], 'conv layers, times better than with none of the ideas', { fill: MUTED }),
      ...networks.flatMap((network, i) =>
        panel(network, rows, i, [
          MARGIN + (i % columns) * (PANEL + GUTTER),
          TOP + Math.floor(i / columns) * height,
        ]),
      ),
    ],
  );
}

function panel(
  network: string,
  rows: readonly AblationRow[],
  index: number,
  [x0, y0]: readonly [number, number],
): readonly string[] {
  const left = x0 + NAMES;
  const right = left + HALF + 14;
  const cells = rows.map(({ networks }) => networks[index]!);
  const top = y0 + HEAD;
  const bars = (of: (cell: (typeof cells)[number]) => number, fill: string, x: number): readonly string[] => {
    const most = Math.max(...cells.map(of));
    return cells.flatMap((cell, i) => {
      const [value, y] = [of(cell), top + PITCH * i];
      const { says, ideas } = rows[i]!;
      const opacity = ideas.length === 0 || i === rows.length - 1 ? WHOLE : PART;
      const bar = rect([x, y], [(BARS * value) / most, PITCH - 5], {
        fill,
        title: `${network}, ${says}: ${value.toFixed(2)} x`,
      }).replace('<rect ', `<rect fill-opacity="${opacity}" `);
      return [bar, label([x + BARS + 44, y + 11], `${value.toFixed(2)} x`, { anchor: 'end' })];
    });
  };
  return [
    label([left, y0 + 20], network, { size: 13, bold: true }),
    label([left, y0 + 37], 'faster', { fill: TIME, bold: true }),
    label([right, y0 + 37], 'less DRAM', { fill: '#a86f00', bold: true }),
    ...rows.map(({ says }, i) => label([left - 7, top + PITCH * i + 11], says, { anchor: 'end' })),
    ...bars(({ speedUp }) => speedUp, TIME, left),
    ...bars(({ dramSaved }) => dramSaved, DRAM, right),
    line([left, top - 3], [left, top + PITCH * rows.length - 3], { stroke: INK }),
    line([right, top - 3], [right, top + PITCH * rows.length - 3], { stroke: INK }),
  ];
}
