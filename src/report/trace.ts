/**
 * A report as a Chrome trace (Trace Event Format, "JSON Object Format"), which Perfetto and chrome://tracing draw:
 * one row for the layers, one for the array's busy time, one for DRAM's, one that names what the host does.
 * Layers run one after another; inside a layer array and DRAM overlap, so both start where the layer does.
 */
import type { LayerReport, Report } from './report.ts';

export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 'C' | 'i';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number; // microseconds
  readonly dur?: number; // microseconds
  readonly cat?: string;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Trace {
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string | number>>;
  readonly traceEvents: readonly TraceEvent[];
}

const PID = 1;
const ROWS = ['layers', 'array', 'DRAM', 'host'] as const;
const tid = (row: (typeof ROWS)[number]): number => ROWS.indexOf(row) + 1;

export function reportTrace(report: Report): Trace {
  const { model, machine, fidelity, totals, seed } = report;
  const microseconds = totals.cycles > 0 ? (totals.seconds * 1e6) / totals.cycles : 0; // of one cycle
  return {
    displayTimeUnit: 'ns',
    otherData: { schema: report.schema, model, machine, fidelity, seed, cycles: totals.cycles },
    traceEvents: [
      ...names(`${model} on ${machine}`),
      ...report.hostOps.map(
        ({ name, op }): TraceEvent => ({
          ...{ name: `${name} (${op})`, ph: 'i', s: 't', pid: PID, tid: tid('host'), ts: 0 },
          args: { note: 'runs on the host, not costed' },
        }),
      ),
      ...layerEvents(report.layers, microseconds),
    ],
  };
}

const names = (process: string): TraceEvent[] => [
  { name: 'process_name', ph: 'M', pid: PID, tid: 0, ts: 0, args: { name: process } },
  ...ROWS.flatMap((row): TraceEvent[] => [
    { name: 'thread_name', ph: 'M', pid: PID, tid: tid(row), ts: 0, args: { name: row } },
    { name: 'thread_sort_index', ph: 'M', pid: PID, tid: tid(row), ts: 0, args: { sort_index: tid(row) } },
  ]),
];

function layerEvents(layers: readonly LayerReport[], microseconds: number): TraceEvent[] {
  let start = 0; // cycles
  const events: TraceEvent[] = [];
  for (const layer of layers) {
    const ts = start * microseconds;
    const slice = (row: (typeof ROWS)[number], cycles: number, args: TraceEvent['args']): TraceEvent => ({
      ...{
        name: layer.name,
        ph: 'X',
        cat: layer.op,
        pid: PID,
        tid: tid(row),
        ts,
        dur: cycles * microseconds,
      },
      ...(args && { args }),
    });
    const { name: _, ...facts } = layer;
    const { ifmap, weight, ofmap } = layer.dramBytes;
    events.push(
      slice('layers', layer.cycles, facts),
      slice('array', Math.min(layer.computeCycles, layer.cycles), { cycles: layer.computeCycles }),
      slice('DRAM', Math.min(layer.dramCycles, layer.cycles), {
        cycles: layer.dramCycles,
        ...{ ifmap, weight, ofmap },
      }),
      { name: 'utilization', ph: 'C', pid: PID, tid: 0, ts, args: { share: layer.utilization } },
    );
    start += layer.cycles;
  }
  events.push({
    ...{ name: 'utilization', ph: 'C', pid: PID, tid: 0, ts: start * microseconds },
    args: { share: 0 },
  });
  return events;
}
