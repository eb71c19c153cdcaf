import { expect, test } from 'vitest';
import { sampleReport } from '../../test/fixtures/report.ts';
import { comparison, comparisonTable } from './compare.ts';

const report = sampleReport();
const slower = {
  ...report,
  machine: 'dense-ws',
  totals: { ...report.totals, imagesPerSecond: report.totals.imagesPerSecond / 2 },
};

test('speed-ups are over the first machine of the same network', () => {
  const other = { ...slower, model: 'other' };
  const text = comparisonTable(comparison([report, slower, other, { ...report, model: 'other' }]));
  const speedUps = [...text.matchAll(/([\d.]+) x /g)].map(([, x]) => x);
  expect(speedUps).toEqual(['1.00', '0.5', '1.00', '2.00']);
  expect(text).toContain('speed-up in images/s over the first machine listed');
  for (const line of text.split('\n').slice(0, 12)) expect([...line].length).toBeLessThanOrEqual(120);
});

test('the JSON is the reports themselves, what they were built of, and where that differs', () => {
  const alone = comparison([report]);
  expect(alone).toMatchObject({ schema: 'sense.compare/1', same: [], differences: [], reports: [report] });
  expect(comparisonTable(alone)).toContain('no setting differs');
  const faster = { ...slower, arch: { ...slower.arch, clock: 400e6 }, rule: { kind: 'none', zeros: 0 } };
  const { differences } = comparison([report, faster, report]);
  expect(differences).toEqual([
    {
      ...{ setting: 'clock', unit: 'MHz' },
      values: [
        { machine: 'sense', value: 200 },
        { machine: 'dense-ws', value: 400 },
      ],
    },
    {
      ...{ setting: 'rule', unit: '' },
      values: [
        { machine: 'sense', value: 'equal-per-kernel 0.5' },
        { machine: 'dense-ws', value: 'none' },
      ],
    },
  ]);
});
