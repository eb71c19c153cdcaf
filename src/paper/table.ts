/** The claims as text for people: claimed beside measured, misses as plainly as hits. */
import { type Cell, type Column, columnLines, paints } from '../report/columns.ts';
import { printable } from '../report/printable.ts';
import { brief } from '../report/quantities.ts';
import type { Ablation } from './ablation.ts';
import type { Measured, Range, Verdict } from './claim.ts';
import type { Paper } from './paper.ts';

const COLUMNS: readonly Column[] = [
  { title: 'network', align: 'left' },
  { title: 'measured', align: 'right' },
  { title: 'unit', align: 'left' },
  { title: 'claimed', align: 'right' },
  { title: '', align: 'left' },
  { title: 'setting', align: 'left' },
];

export function paperTable(
  { claims, ablation }: Paper,
  { colour = false, width = 120 }: { readonly colour?: boolean; readonly width?: number } = {},
): string {
  const held = claims.filter(({ holds }) => holds).length;
  const lines = [
    ...claims.flatMap((verdict) => claimLines(verdict, { colour, width })),
    ...(ablation ? ablationLines(ablation, { colour, width }) : []),
    ...(claims.length > 0 ? [`${held} of ${claims.length} claims hold`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Look {
  readonly colour: boolean;
  readonly width: number;
}

function claimLines(verdict: Verdict, { colour, width }: Look): readonly string[] {
  const { id, text, says, measured, holds, reason, note } = verdict;
  const mark = holds ? '✔ holds' : '✖ does not hold';
  const painted = colour ? (holds ? paints.green : paints.red)(mark) : mark;
  const title = `${id} (${text}) ${says}`;
  return [
    ...(colour ? wrapped(title, width).map(paints.bold) : wrapped(title, width)),
    painted,
    ...columnLines(COLUMNS, measured.map(row), { colour }).map((line) => `  ${line}`),
    ...(holds ? [] : wrapped(`reason: ${reason ?? 'none is written, so sense paper fails'}`, width)),
    ...wrapped(`note: ${note}`, width),
    '',
  ];
}

const row = ({ model, value, unit, claimed, setting, against, holds }: Measured): readonly Cell[] => [
  printable(model),
  brief(value),
  unit,
  claimed ? rangeText(claimed) : '',
  holds === undefined ? '' : holds ? { text: '✔', paint: paints.green } : { text: '✖', paint: paints.red },
  against === undefined ? setting : `${setting}, against ${against}`,
];

const rangeText = ({ low, high }: Range): string =>
  low === high ? brief(low) : `${brief(low)} to ${brief(high)}`;

function ablationLines({ rows, note }: Ablation, { colour, width }: Look): readonly string[] {
  const networks = rows[0]?.networks.map(({ model }) => model) ?? [];
  const columns = (unit: string): readonly Column[] => [
    { title: unit, align: 'left' },
    ...networks.map((title): Column => ({ title, align: 'right' })),
  ];
  const table = (title: string, of: (cell: (typeof rows)[number]['networks'][number]) => number) =>
    columnLines(
      columns(title),
      rows.map(({ says, networks: cells }) => [says, ...cells.map((cell) => `${of(cell).toFixed(2)} x`)]),
      { colour, rules: [1, rows.length - 1] },
    );
  return [
    ...table('what is in, speed-up', ({ speedUp }) => speedUp),
    '',
    ...table('what is in, DRAM saved', ({ dramSaved }) => dramSaved),
    ...wrapped(`note: ${note}`, width),
    '',
  ];
}

/** Broken at spaces; the lines after the first are indented. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
