/** What the machine took, beside the closed form: sums, and what is said where something is wrong. */
import { expect, test } from 'vitest';
import { sampleReport } from '../../test/fixtures/report.ts';
import { executionTable, type LayerRun, withExecution } from './execution.ts';

const report = sampleReport();
const names = report.layers.map(({ name }) => name);
const ran = (name: string, equal = true): LayerRun => ({
  ...{ name, cycles: 1000, beatsRead: [1, 2, 3], beatsWritten: 4, equal },
});
const chains = [names.map((name) => ran(name)), [ran(names[0]!)]];

test('images of a layer add up, beats are 16 bytes, the closed form stays what it was', () => {
  const { execution, fidelity, layers, totals } = withExecution(report, {
    fidelity: 'sim',
    latency: 7,
    chains,
  });
  expect([fidelity, layers, totals]).toEqual(['sim', report.layers, report.totals]);
  expect(execution).toMatchObject({ chains: 2, latency: 7, equal: true, cycles: 1000 * (names.length + 1) });
  expect(execution!.layers[0]).toEqual({
    ...{ name: names[0], cycles: 2000, costCycles: report.layers[0]!.cycles, equal: true },
    dramBytes: { table: 32, ifmap: 64, weight: 96, ofmap: 128, total: 320 },
    costDramBytes: report.layers[0]!.dramBytes.total,
  });
  expect(execution!.dramBytes).toBe(160 * (names.length + 1));
});

test('a wrong ofmap, a layer that never ran and a silicon that differs are said aloud', () => {
  const wrong = withExecution(report, {
    ...{ fidelity: 'rtl' as const, latency: 7, siliconEqual: false },
    chains: [[ran(names[0]!, false)]],
  });
  expect(wrong.execution!.layers.map(({ equal }) => equal)).toEqual(names.map(() => false));
  const text = executionTable(wrong);
  for (const said of ['WRONG', 'AN OFMAP IS WRONG', 'THE SILICON DIFFERS']) expect(text).toContain(said);
  const right = executionTable(
    withExecution(report, { fidelity: 'rtl', latency: 7, chains, siliconEqual: true }),
  );
  expect(right).toContain('every ofmap equals the integers, bit for bit; the silicon left the same memory');
  expect(executionTable(report)).toBe('');
  expect(right).toContain('Channels come in their own order');
  const ordered = { ...report, source: { ...report.source, order: 'inputs' as const } };
  expect(executionTable(withExecution(ordered, { fidelity: 'sim', latency: 7, chains }))).toContain(
    'in one order a layer, by their work in the other inputs',
  );
});
