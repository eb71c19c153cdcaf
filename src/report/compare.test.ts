import { expect, test } from 'vitest';
import { sampleReport } from '../../test/fixtures/report.ts';
import { comparison, comparisonTable } from './compare.ts';

const report = sampleReport();
const slower = {
  ...report,
  machine: 'dense-ws',
  totals: { ...report.totals, cycles: 2 * report.totals.cycles },
};

test('speed-ups are over the first machine of the same network', () => {
  const other = { ...slower, model: 'other' };
  const text = comparisonTable(comparison([report, slower, other, { ...report, model: 'other' }]));
  const speedUps = [...text.matchAll(/([\d.]+) x /g)].map(([, x]) => x);
  expect(speedUps).toEqual(['1.00', '0.5', '1.00', '2.00']);
  expect(text).toContain('speed-up over the first machine listed');
  for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(120);
});

test('the JSON is the reports themselves', () => {
  expect(comparison([report])).toEqual({ schema: 'sense.compare/1', reports: [report] });
});
