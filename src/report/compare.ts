/** Several machines on the same networks, side by side: schema sense.compare/1 and its table. */
import type { Accelerator } from '../accel/accelerator.ts';
import { type Column, columnLines } from './columns.ts';
import { type Difference, differencesOf, type Sameness } from './compare-settings.ts';
import { printable, shortened } from './printable.ts';
import { brief, grouped, overBound, percent } from './quantities.ts';
import type { Report } from './report.ts';
import type { TableLook } from './table.ts';

export interface Comparison {
  readonly schema: 'sense.compare/1';
  /** What was taken from the first machine for all of them. */
  readonly same: readonly Sameness[];
  /** Every setting in which the machines still differ. */
  readonly differences: readonly Difference[];
  readonly machines: readonly Pick<Accelerator, 'name' | 'cite' | 'fidelity'>[];
  readonly reports: readonly Report[];
}

/** Reports of one network stand together; the first machine of each is the one that speed-ups are over. */
export function comparison(
  reports: readonly Report[],
  machines: readonly Accelerator[] = [],
  same: readonly Sameness[] = [],
): Comparison {
  return {
    schema: 'sense.compare/1',
    same,
    differences: differencesOf(reports),
    machines: machines.map(({ name, cite, fidelity }) => ({ name, cite, fidelity })),
    reports,
  };
}

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

/** Speed-ups are in time, over the first machine listed for the same network; below 1 is slower than it. */
export function comparisonTable(
  { reports, differences, same, machines }: Comparison,
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
      `${brief(totals.imagesPerSecond / first.totals.imagesPerSecond)} x`,
      percent(totals.utilization),
      grouped(totals.dramBytes.total / 1e6, 2),
      overBound(totals.dramBytes.total, totals.dramBytes.lowerBound),
      brief(totals.energyPj.total / images / 1e9),
      brief(totals.powerW),
    ];
  });
  const fidelities = [...new Set(reports.map(({ fidelity }) => fidelity))].join(', ');
  const lines = [
    `fidelity ${fidelities}; speed-up in images/s over the first machine listed for each network`,
    ...(same.length === 0
      ? []
      : [`the same as ${machines[0]?.name ?? 'the first'} for all: ${same.join(', ')}`]),
    '',
    ...columnLines(COLUMNS, rows, { colour, rules, gap: 1 }),
    ...differenceLines(differences, colour),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line a machine, one column a setting that differs; machines that agree on all of them share a line. */
function differenceLines(differences: readonly Difference[], colour: boolean): readonly string[] {
  if (differences.length === 0) return ['', 'no setting differs between the machines'];
  const shared = new Map<string, string[]>();
  for (const [i, { machine }] of differences[0]!.values.entries()) {
    const facts = JSON.stringify(differences.map(({ values }) => values[i]!.value));
    shared.set(facts, [...(shared.get(facts) ?? []), printable(machine)]);
  }
  const columns: readonly Column[] = [
    { title: 'machine', align: 'left' },
    ...differences.map(
      ({ setting, unit }): Column => ({
        title: unit === '' ? setting : `${setting} (${unit})`,
        align: 'right',
      }),
    ),
  ];
  const rows = [...shared].map(([facts, names]) => [
    names.join(', '),
    ...(JSON.parse(facts) as (string | number)[]).map((value) =>
      typeof value === 'number' ? quantity(value) : printable(value),
    ),
  ]);
  return ['', 'settings that differ', ...columnLines(columns, rows, { colour, gap: 2 })];
}

const quantity = (n: number): string => (Number.isInteger(n) ? grouped(n) : brief(n));
