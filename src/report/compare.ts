/** Several machines on the same networks, side by side: schema sense.compare/1 and its table. */
import { type Column, columnLines } from './columns.ts';
import { printable, shortened } from './printable.ts';
import { brief, grouped, overBound, percent } from './quantities.ts';
import type { Report } from './report.ts';
import type { TableLook } from './table.ts';

export interface Comparison {
  readonly schema: 'sense.compare/1';
  readonly reports: readonly Report[];
}

export const comparison = (reports: readonly Report[]): Comparison => ({
  schema: 'sense.compare/1',
  reports,
});

const COLUMNS: readonly Column[] = [
  { title: 'model', align: 'left' },
  { title: 'machine', align: 'left' },
  { title: 'rule', align: 'left' },
  { title: 'cycles', align: 'right' },
  { title: 'images/s', align: 'right' },
  { title: 'conv only', align: 'right' },
  { title: 'speed-up', align: 'right' },
  { title: 'util %', align: 'right' },
  { title: 'DRAM MB', align: 'right' },
  { title: 'x least', align: 'right' },
  { title: 'mJ/image', align: 'right' },
  { title: 'W', align: 'right' },
];

/** Speed-ups are over the first machine listed for the same network. */
export function comparisonTable(
  { reports }: Comparison,
  { colour = false }: Pick<TableLook, 'colour'> = {},
): string {
  const firsts = new Map<string, Report>();
  const rules: number[] = [];
  const rows = reports.map((report, i) => {
    const { model, machine, totals, conv, images, rule } = report;
    const first = firsts.get(model) ?? report;
    if (!firsts.has(model)) {
      firsts.set(model, report);
      if (i > 0) rules.push(i);
    }
    return [
      shortened(printable(model), 24),
      printable(machine),
      rule.kind === 'none' ? 'none' : `${rule.kind} ${rule.zeros}`,
      grouped(totals.cycles),
      brief(totals.imagesPerSecond),
      brief(conv.imagesPerSecond),
      `${brief(first.totals.cycles / totals.cycles)} x`,
      percent(totals.utilization),
      grouped(totals.dramBytes.total / 1e6, 2),
      overBound(totals.dramBytes.total, totals.dramBytes.lowerBound),
      brief(totals.energyPj.total / images / 1e9),
      brief(totals.powerW),
    ];
  });
  const fidelities = [...new Set(reports.map(({ fidelity }) => fidelity))].join(', ');
  const lines = [
    `fidelity ${fidelities}; speed-up over the first machine listed for each network`,
    '',
    ...columnLines(COLUMNS, rows, { colour, rules, gap: 1 }),
  ];
  return `${lines.join('\n')}\n`;
}
