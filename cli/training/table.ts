/** A training run for people: one line a method, then what the weights look like. */
import { type Column, columnLines } from '../../src/report/columns.ts';
import { printable } from '../../src/report/printable.ts';
import { grouped, percent } from '../../src/report/quantities.ts';
import type { Accuracies, TrainingReport } from '../../src/train/training-report.ts';

const ROWS: readonly (readonly [keyof Accuracies, string])[] = [
  ['given', 'as given'],
  ['dense', 'dense'],
  ['oneShot', 'one-shot'],
  ['adaptive', 'adaptive'],
  ['unstructured', 'unstructured'],
];

const COLUMNS: readonly Column[] = [
  { title: 'weights', align: 'left' },
  { title: 'zeros %', align: 'right' },
  { title: 'fp32 %', align: 'right' },
  { title: 'int8 %', align: 'right' },
  { title: 'against dense', align: 'right' },
];

const share = (n: number | null): string => (n === null ? '-' : (100 * n).toFixed(2));

export function trainingTable(report: TrainingReport, { colour = false }: { colour?: boolean } = {}): string {
  const { accuracy, accuracyInt8, rule, zerosPerKernel, images, layers } = report;
  const yardstick = accuracy.dense ?? accuracy.given;
  const isDense = (method: keyof Accuracies): boolean => method === 'given' || method === 'dense';
  const rows = ROWS.filter(([method]) => accuracy[method] !== null).map(([method, name]) => [
    name,
    isDense(method) ? '0' : percent(rule.zeros),
    share(accuracy[method]),
    share(accuracyInt8[method]),
    yardstick === null || isDense(method) ? '' : points(accuracy[method]! - yardstick),
  ]);
  const [pruned, exempt] = [layers.filter((layer) => !layer.exempt), layers.filter((layer) => layer.exempt)];
  const range = `${percent(zerosPerKernel.min)} % to ${percent(zerosPerKernel.max)} %`;
  return [
    `${printable(report.model)} on ${printable(report.dataset)}: rule ${rule.kind} at ${percent(rule.zeros)} % zeros, ` +
      `${report.epochs}${report.qatEpochs > 0 ? ` + ${report.qatEpochs} (int8 in sight)` : ''} epochs of ${grouped(images.train)} images, tested on ${grouped(images.test)}, seed ${report.seed}`,
    '',
    ...columnLines(COLUMNS, rows, { colour }),
    '',
    `zeros per kernel: ${range} over ${pruned.length} layers` +
      `${exempt.length > 0 ? `; exempt: ${exempt.map(({ name }) => printable(name)).join(', ')}` : ''}`,
    `the rule holds ${report.exact ? 'exactly' : 'with fewer non-zeros in places than it allows'}`,
    `trained at ${grouped(report.imagesPerSecond)} images/s`,
    '',
  ].join('\n');
}

/** Percentage points with their sign. */
const points = (difference: number): string =>
  `${difference < 0 ? '-' : '+'}${Math.abs(100 * difference).toFixed(2)}`;
