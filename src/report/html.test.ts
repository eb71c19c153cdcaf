import { expect, test } from 'vitest';
import { layers, sampleReport } from '../../test/fixtures/report.ts';
import { roofline, roofsOf } from './figures/roofline.ts';
import { reportHtml } from './html.ts';

const HOSTILE = `</style><script>alert(1)</script>"'&`;

test('one file: no script, nothing fetched, three figures', () => {
  const html = reportHtml(sampleReport());
  expect(html).not.toMatch(/<script|<link|\ssrc=|href=|url\(/i);
  expect(html).toContain("default-src 'none'");
  expect(html.match(/<svg /g)).toHaveLength(3);
  expect(html).toContain('conv1_1');
});

test('no name can become markup', () => {
  const [first] = layers;
  const html = reportHtml(
    sampleReport({
      ...{ model: HOSTILE, machine: HOSTILE, receipts: { [HOSTILE]: HOSTILE } },
      rule: { kind: HOSTILE, zeros: 0 },
      source: { weights: 'file', activations: 'measured', note: HOSTILE },
      layers: [{ ...first!, name: HOSTILE }],
      hostOps: [{ name: HOSTILE, op: HOSTILE }],
      predictions: [{ input: HOSTILE, top: [{ index: 1, label: HOSTILE, score: 1 }], fp32Top1: 1 }],
    }),
  );
  expect(html).not.toContain('<script');
  expect(html.match(/<\/style>/g)).toHaveLength(1);
});

test('every number in the figures is a number', () => {
  for (const report of [sampleReport(), sampleReport({ layers: [] })])
    expect(reportHtml(report)).not.toMatch(/NaN|Infinity|undefined/);
});

test('the roofs are the machine: 1024 multipliers, the fastest DRAM seen', () => {
  const roofs = roofsOf(layers)!;
  expect(roofs.macsPerCycle).toBeCloseTo(1024, 6);
  expect(roofs.bytesPerCycle).toBeCloseTo(1_951_392 / 20_000, 6);
  expect(roofline(sampleReport({ layers: [] }))).toBeUndefined();
});
