/** What pruning took from each layer: schema sense.prune/1 and its table. */
import { type Column, columnLines } from './columns.ts';
import { printable, shortened } from './printable.ts';
import { grouped, percent } from './quantities.ts';
import type { TableLook } from './table.ts';

export interface PrunedLayerReport {
  readonly name: string;
  readonly op: 'conv' | 'fc';
  readonly weights: number;
  readonly zerosBefore: number;
  readonly zeros: number;
}

export interface Pruning {
  readonly schema: 'sense.prune/1';
  readonly model: string;
  readonly machine: string;
  readonly rule: { readonly kind: string; readonly zeros: number };
  /** Shares of zeros of the kernels that have the fewest and the most. */
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
  readonly output: string;
  readonly layers: readonly PrunedLayerReport[];
}

const COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'left' },
  { title: 'op', align: 'left' },
  { title: 'weights', align: 'right' },
  { title: 'zeros before', align: 'right' },
  { title: 'zeros', align: 'right' },
  { title: '%', align: 'right' },
];

export function pruningTable(pruning: Pruning, { colour = false }: Pick<TableLook, 'colour'> = {}): string {
  const { model, machine, rule, zerosPerKernel, output, layers } = pruning;
  const row = (name: string, op: string, counts: Omit<PrunedLayerReport, 'name' | 'op'>): string[] => [
    shortened(printable(name), 40),
    op,
    grouped(counts.weights),
    grouped(counts.zerosBefore),
    grouped(counts.zeros),
    percent(counts.weights > 0 ? counts.zeros / counts.weights : 0),
  ];
  const sum = (pick: (layer: PrunedLayerReport) => number): number => layers.reduce((s, l) => s + pick(l), 0);
  const total = {
    weights: sum((l) => l.weights),
    zerosBefore: sum((l) => l.zerosBefore),
    zeros: sum((l) => l.zeros),
  };
  const lines = [
    `${printable(model)} pruned for ${printable(machine)}: rule ${rule.kind} at ${percent(rule.zeros)} % zeros`,
    '',
    ...columnLines(COLUMNS, [...layers.map((l) => row(l.name, l.op, l)), row('all', '', total)], {
      colour,
      rules: [layers.length],
    }),
    '',
    `zeros per kernel: ${percent(zerosPerKernel.min)} % to ${percent(zerosPerKernel.max)} %`,
    `written to ${printable(output)}`,
  ];
  return `${lines.join('\n')}\n`;
}
