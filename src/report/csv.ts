/**
 * A report as CSV (RFC 4180: CRLF, quotes doubled), one row a layer, raw numbers.
 * Texts that a spreadsheet would run as a formula get a leading apostrophe (OWASP, "CSV injection").
 */
import type { LayerReport, Report } from './report.ts';

const FIELDS: readonly (readonly [title: string, of: (layer: LayerReport) => string | number])[] = [
  ['layer', (l) => l.name],
  ['op', (l) => l.op],
  ['cycles', (l) => l.cycles],
  ['computeCycles', (l) => l.computeCycles],
  ['dramCycles', (l) => l.dramCycles],
  ['boundBy', (l) => l.boundBy],
  ['dataflow', (l) => l.dataflow],
  ['tileHeight', (l) => l.tile[0]],
  ['tileWidth', (l) => l.tile[1]],
  ['waves', (l) => l.waves],
  ['macsDense', (l) => l.macsDense],
  ['macsEffectual', (l) => l.macsEffectual],
  ['macsIssued', (l) => l.macsIssued],
  ['utilization', (l) => l.utilization],
  ['ifmapDensity', (l) => l.density.ifmap],
  ['weightDensity', (l) => l.density.weight],
  ['ofmapDensity', (l) => l.density.ofmap],
  ['dramIfmapBytes', (l) => l.dramBytes.ifmap],
  ['dramWeightBytes', (l) => l.dramBytes.weight],
  ['dramOfmapBytes', (l) => l.dramBytes.ofmap],
  ['dramTotalBytes', (l) => l.dramBytes.total],
  ['dramLowerBoundBytes', (l) => l.dramBytes.lowerBound],
  ['energyMacPj', (l) => l.energyPj.mac],
  ['energyPePj', (l) => l.energyPj.pe],
  ['energyBufferPj', (l) => l.energyPj.buffer],
  ['energyDramPj', (l) => l.energyPj.dram],
  ['energyStaticPj', (l) => l.energyPj.static],
  ['energyTotalPj', (l) => l.energyPj.total],
];

/** Model, machine and fidelity repeat on every row, so that files of several runs can be joined. */
export function reportCsv(report: Report): string {
  const titles = ['model', 'machine', 'fidelity', 'batch', 'images', ...FIELDS.map(([title]) => title)];
  const { model, machine, fidelity, batch, images } = report;
  const rows = report.layers.map((layer) => [
    model,
    machine,
    fidelity,
    batch,
    images,
    ...FIELDS.map(([, of]) => of(layer)),
  ]);
  return [titles, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

export function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) || harmless !== harmless.trim()
    ? `"${harmless.replaceAll('"', '""')}"`
    : harmless;
}
