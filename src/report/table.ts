/** A report as text for people: one line a layer, totals under them, what was predicted, what was left to the host. */
import type { BoundBy } from '../cost/layer-cost.ts';
import { type Cell, type Column, columnLines, type Paint, paints } from './columns.ts';
import { printable, shortened } from './printable.ts';
import { density, grouped, overBound, percent, withUnit } from './quantities.ts';
import type { LayerReport, Prediction, Report, Totals } from './report.ts';

export interface TableLook {
  /** Columns of the terminal; names are shortened to fit. */
  readonly width?: number;
  readonly colour?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'left' },
  { title: 'op', align: 'left' },
  { title: 'cycles', align: 'right' },
  { title: 'bound by', align: 'left' },
  { title: 'util %', align: 'right' },
  { title: 'ifmap', align: 'right' },
  { title: 'weight', align: 'right' },
  { title: 'ofmap', align: 'right' },
  { title: 'DRAM kB', align: 'right' },
  { title: 'x least', align: 'right' },
  { title: 'energy µJ', align: 'right' },
  { title: 'reuse', align: 'left' },
  { title: 'tile', align: 'right' },
];
const GAP = 2;

const BOUND_PAINT: Readonly<Record<BoundBy, Paint>> = {
  compute: paints.green,
  dram: paints.red,
  weights: paints.yellow,
  drain: paints.magenta,
  host: paints.cyan,
};

/** The whole report, ending in a line break. */
export function reportTable(report: Report, { width = 120, colour = false }: TableLook = {}): string {
  const prefix = commonFolder(report.layers.map(({ name }) => name));
  const rows = report.layers.map((layer) => layerRow(layer, prefix.length));
  const totals = [totalsRow('conv only', report.conv), totalsRow('whole network', report.totals)];
  const fitted = fitNames([...rows, ...totals], width);
  const lines = [
    ...heading(report, width),
    ...(prefix === '' ? [] : [`layer names begin with ${printable(prefix)}`]),
    '',
    ...columnLines(COLUMNS, fitted, { colour, gap: GAP, rules: [rows.length] }),
    '',
    ...summary(report),
    ...predictionLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

/** "MobilenetV1/MobilenetV1/": what all names begin with, up to a slash; worth leaving out from 8 letters on. */
function commonFolder(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  let length = first.lastIndexOf('/') + 1;
  for (const name of rest) {
    while (length > 0 && !name.startsWith(first.slice(0, length)))
      length = first.lastIndexOf('/', length - 2) + 1;
  }
  return names.length > 1 && length >= 8 ? first.slice(0, length) : '';
}

const layerRow = (layer: LayerReport, from: number): Cell[] => [
  printable(layer.name.slice(from)),
  layer.op,
  grouped(layer.cycles),
  { text: layer.boundBy, paint: BOUND_PAINT[layer.boundBy] },
  percent(layer.utilization),
  density(layer.density.ifmap),
  density(layer.density.weight),
  density(layer.density.ofmap),
  grouped(layer.dramBytes.total / 1e3, 1),
  overBound(layer.dramBytes.total, layer.dramBytes.lowerBound),
  grouped(layer.energyPj.total / 1e6, 1),
  layer.dataflow === 'reuse-ifmap-first' ? 'ifmap' : 'weight',
  layer.tile.join('x'),
];

const totalsRow = (name: string, totals: Totals): Cell[] => [
  { text: name, paint: paints.bold },
  '',
  grouped(totals.cycles),
  '',
  percent(totals.utilization),
  '',
  '',
  '',
  grouped(totals.dramBytes.total / 1e3, 1),
  overBound(totals.dramBytes.total, totals.dramBytes.lowerBound),
  grouped(totals.energyPj.total / 1e6, 1),
];

/** Shorten the first column until a line fits `width`; 12 characters of a name always stay. */
function fitNames(rows: readonly (readonly Cell[])[], width: number): (readonly Cell[])[] {
  const text = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''));
  const others = COLUMNS.slice(1).reduce(
    (sum, { title }, i) =>
      sum + GAP + rows.reduce((most, row) => Math.max(most, text(row[i + 1]).length), title.length),
    0,
  );
  const room = Math.max(12, width - others);
  return rows.map(([name, ...rest]) =>
    typeof name === 'string' ? [shortened(name, room), ...rest] : [name ?? '', ...rest],
  );
}

function heading(
  { model, machine, arch, fidelity, batch, images, seed, rule, source }: Report,
  width: number,
): string[] {
  const archName = typeof arch.name === 'string' ? ` (${printable(arch.name)})` : '';
  const rules = rule.kind === 'none' ? 'none' : `${rule.kind} at ${percent(rule.zeros)} % zeros`;
  return [
    `${printable(model)} on ${printable(machine)}${archName}, fidelity ${fidelity}, batch ${batch}, ` +
      `${grouped(images)} image${images === 1 ? '' : 's'}, seed ${seed}`,
    `weights: ${source.weights}, rule ${rules}; activations: ${source.activations}`,
    ...(source.note === undefined ? [] : wrapped(`note: ${printable(source.note)}`, width)),
  ];
}

/** Broken at spaces; the lines after the first are indented. */
function wrapped(text: string, width: number): string[] {
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

function summary({ totals, conv, images, hostOps }: Report): string[] {
  const { energyPj: energy, dramBytes: dram } = totals;
  const share = (part: number): string => percent(energy.total > 0 ? part / energy.total : 0);
  const speed = (t: Totals): string =>
    `${grouped(t.imagesPerSecond, 1)} images/s (${withUnit(t.seconds / images, 's')} an image)`;
  return [
    `speed    whole network ${speed(totals)}; conv only ${speed(conv)}`,
    `MACs     ${withUnit(totals.macsEffectual, '')} effectual of ${withUnit(totals.macsDense, '')} dense; ` +
      `${withUnit(totals.macsIssued, '')} slots issued`,
    `DRAM     ${withUnit(dram.total, 'B')}, least possible ${withUnit(dram.lowerBound, 'B')}: ` +
      `ifmap ${withUnit(dram.ifmap, 'B')}, weight ${withUnit(dram.weight, 'B')}, ofmap ${withUnit(dram.ofmap, 'B')}`,
    `energy   ${withUnit(energy.total * 1e-12, 'J')} at ${withUnit(totals.powerW, 'W')}: MAC ${share(energy.mac)} %, ` +
      `PE ${share(energy.pe)} %, buffers ${share(energy.buffer)} %, DRAM ${share(energy.dram)} %, ` +
      `static ${share(energy.static)} %`,
    ...(hostOps.length === 0 ? [] : [`host     ${hostLine(hostOps)} (run on the host, not costed)`]),
  ];
}

/** "LRN x 2, softmax": one word an operator. */
function hostLine(hostOps: Report['hostOps']): string {
  const counts = new Map<string, number>();
  for (const { op } of hostOps) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].map(([op, n]) => (n === 1 ? printable(op) : `${printable(op)} x ${n}`)).join(', ');
}

const SHOWN_PREDICTIONS = 10;

function predictionLines({ predictions = [], accuracy }: Report): string[] {
  const lines: string[] = [];
  if (predictions.length > 0) {
    const shown = predictions.slice(0, SHOWN_PREDICTIONS);
    const columns: Column[] = [
      { title: 'input', align: 'left' },
      { title: 'integer top 3', align: 'left' },
      { title: 'fp32 top 1', align: 'left' },
    ];
    lines.push('', ...columnLines(columns, shown.map(predictionRow), { colour: false }));
    if (predictions.length > shown.length)
      lines.push(`... and ${grouped(predictions.length - shown.length)} more (all of them in --json)`);
  }
  if (accuracy !== undefined) {
    const { images, top1Agreement, fp32Top1, integerTop1 } = accuracy;
    const against = [
      ...(integerTop1 === undefined ? [] : [`integer ${percent(integerTop1)} %`]),
      ...(fp32Top1 === undefined ? [] : [`fp32 ${percent(fp32Top1)} %`]),
    ];
    lines.push(
      '',
      `top-1    integer agrees with fp32 on ${percent(top1Agreement)} % of ${grouped(images)} ` +
        `image${images === 1 ? '' : 's'}${against.length > 0 ? `; against labels: ${against.join(', ')}` : ''}`,
    );
  }
  return lines;
}

function predictionRow({ input, top, fp32Top1 }: Prediction): Cell[] {
  const known = top.find(({ index }) => index === fp32Top1);
  return [
    shortened(printable(input), 28),
    top
      .slice(0, 3)
      .map(({ index, label, score }) => `${className(index, label)} (${score.toPrecision(3)})`)
      .join(', '),
    className(fp32Top1, known?.label),
  ];
}

/** Of "tench, Tinca tinca" the first word says enough. */
const className = (index: number, label: string | undefined): string =>
  label === undefined ? `class ${index}` : shortened(printable(label.split(',')[0]!), 18);
