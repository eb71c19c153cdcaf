import { expect, test } from 'vitest';
import { sampleReport } from '../../test/fixtures/report.ts';
import { reportTrace } from './trace.ts';

const report = sampleReport();
const { traceEvents } = reportTrace(report);
const row = (tid: number) => traceEvents.filter((event) => event.ph === 'X' && event.tid === tid);

test('layers lie end to end and last as long as the run', () => {
  const slices = row(1);
  expect(slices.map(({ name }) => name)).toEqual(['conv1_1', 'conv1_2', 'fc6']);
  for (const [i, { ts, dur }] of slices.entries())
    expect(ts + dur!).toBeCloseTo(slices[i + 1]?.ts ?? report.totals.seconds * 1e6, 6);
  expect(slices[1]!.args!.boundBy).toBe('dram');
});

test('array and DRAM are busy inside their layer, never longer', () => {
  for (const tid of [2, 3])
    for (const [i, slice] of row(tid).entries()) {
      expect(slice.ts).toBe(row(1)[i]!.ts);
      expect(slice.dur!).toBeLessThanOrEqual(row(1)[i]!.dur!);
    }
});

test('rows are named, host operations are listed, the file is plain JSON', () => {
  const named = traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => args!.name);
  expect(named).toEqual(['layers', 'array', 'DRAM', 'host']);
  expect(traceEvents.some(({ ph, name }) => ph === 'i' && name === 'norm1 (LRN)')).toBe(true);
  expect(JSON.parse(JSON.stringify(reportTrace(report)))).toEqual(reportTrace(report));
});
