/** What the machine took when it really ran, put beside the closed form: into the report, and as a table for people. */
import { type Cell, type Column, columnLines } from './columns.ts';
import { printable, shortened } from './printable.ts';
import { grouped, withUnit } from './quantities.ts';
import type { ExecutedLayer, Execution, Report } from './report.ts';

const BEAT_BYTES = 16;

/** One layer of one chain, as a run of the machine measured it. */
export interface LayerRun {
  readonly name: string;
  readonly cycles: number;
  readonly beatsRead: readonly number[]; // tables, ifmap, weights
  readonly beatsWritten: number;
  readonly equal: boolean;
}

export interface ExecutionRun {
  readonly fidelity: 'sim' | 'rtl';
  readonly latency: number;
  readonly chains: readonly (readonly LayerRun[])[];
  readonly siliconEqual?: boolean | undefined;
}

/** The report with what was run; images and groups of a layer add up. */
export function withExecution(report: Report, run: ExecutionRun): Report {
  const runs = run.chains.flat();
  const layers = report.layers.map(({ name, cycles, dramBytes }): ExecutedLayer => {
    const own = runs.filter((each) => each.name === name);
    const sum = (of: (each: LayerRun) => number): number => own.reduce((total, each) => total + of(each), 0);
    const bytes = (of: (each: LayerRun) => number): number => BEAT_BYTES * sum(of);
    const parts = {
      table: bytes(({ beatsRead }) => beatsRead[0]!),
      ifmap: bytes(({ beatsRead }) => beatsRead[1]!),
      weight: bytes(({ beatsRead }) => beatsRead[2]!),
      ofmap: bytes(({ beatsWritten }) => beatsWritten),
    };
    return {
      name,
      cycles: sum((each) => each.cycles),
      costCycles: cycles,
      dramBytes: { ...parts, total: parts.table + parts.ifmap + parts.weight + parts.ofmap },
      costDramBytes: dramBytes.total,
      equal: own.length > 0 && own.every(({ equal }) => equal),
    };
  });
  const total = (of: (layer: ExecutedLayer) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer), 0);
  const execution: Execution = {
    chains: run.chains.length,
    cycles: total((layer) => layer.cycles),
    costCycles: total((layer) => layer.costCycles),
    dramBytes: total((layer) => layer.dramBytes.total),
    costDramBytes: total((layer) => layer.costDramBytes),
    latency: run.latency,
    layers,
    equal: layers.every(({ equal }) => equal),
    ...(run.siliconEqual !== undefined && { siliconEqual: run.siliconEqual }),
  };
  return { ...report, fidelity: run.fidelity, execution };
}

const COLUMNS: readonly Column[] = [
  { title: 'run by the machine', align: 'left' },
  { title: 'cycles', align: 'right' },
  { title: 'closed form', align: 'right' },
  { title: 'ratio', align: 'right' },
  { title: 'DRAM kB', align: 'right' },
  { title: 'closed form', align: 'right' },
  { title: 'ratio', align: 'right' },
  { title: 'of it tables', align: 'right' },
  { title: 'ofmap', align: 'left' },
];

const ORDERS = {
  own: 'in their own order',
  taps: 'in one order a layer, by their taps alone (there is no other input to go by)',
  inputs: 'in one order a layer, by their work in the other inputs',
} as const;

/** One line a layer and one in all, and what was equal to what. */
export function executionTable({ fidelity, execution, source }: Report): string {
  if (!execution) return '';
  const ratio = (a: number, b: number): string => (b === 0 ? '' : (a / b).toFixed(2));
  const kilobytes = (bytes: number): string => grouped(bytes / 1e3, 1);
  const { layers, latency, chains } = execution;
  const line = (name: string, of: Execution | ExecutedLayer, bytes: number, tables: number): Cell[] => [
    shortened(printable(name), 40),
    grouped(of.cycles),
    grouped(of.costCycles),
    ratio(of.cycles, of.costCycles),
    kilobytes(bytes),
    kilobytes(of.costDramBytes),
    ratio(bytes, of.costDramBytes),
    kilobytes(tables),
    of.equal ? 'equal' : 'WRONG',
  ];
  const tables = layers.reduce((sum, { dramBytes }) => sum + dramBytes.table, 0);
  const rows = [
    ...layers.map((layer) => line(layer.name, layer, layer.dramBytes.total, layer.dramBytes.table)),
    line('in all', execution, execution.dramBytes, tables),
  ];
  const bits = execution.equal ? 'every ofmap equals the integers, bit for bit' : 'AN OFMAP IS WRONG';
  const silicon =
    execution.siliconEqual === undefined
      ? ''
      : execution.siliconEqual
        ? '; the silicon left the same memory, byte for byte, in the same cycles'
        : '; THE SILICON DIFFERS from the stepped machine';
  return [
    '',
    ...columnLines(COLUMNS, rows, { colour: false, rules: [layers.length] }),
    '',
    `${fidelity.padEnd(8)} ${grouped(chains)} list${chains === 1 ? '' : 's'} of layers from DRAM to DRAM, memory latency ${latency} cycles, ` +
      `${withUnit(execution.dramBytes, 'B')} moved; ${bits}${silicon}`,
    `Channels come ${ORDERS[source.order ?? 'own']}, in the closed form as in the machine, whose hardware sorts no tile by itself.`,
    'The closed form packs to the bit; the machine packs beats of 16 bytes.',
    '',
  ].join('\n');
}
