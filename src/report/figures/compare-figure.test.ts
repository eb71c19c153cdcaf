import { expect, test } from 'vitest';
import { sampleReport } from '../../../test/fixtures/report.ts';
import { comparison } from '../compare.ts';
import { compareFigure, FIGURE_KINDS } from './compare-figure.ts';

const HOSTILE = `</svg><script>alert(1)</script>"'&`;
const fast = sampleReport();
const slow = {
  ...fast,
  machine: HOSTILE,
  totals: { ...fast.totals, imagesPerSecond: fast.totals.imagesPerSecond / 3 },
};
const reports = [fast, slow, { ...fast, model: HOSTILE }, { ...slow, model: HOSTILE }];

test.each(FIGURE_KINDS)('%s: one SVG, every number a number, no name becomes markup', (kind) => {
  for (const list of [reports, reports.slice(0, 1)]) {
    const svg = compareFigure(comparison(list, [], ['macs']), kind);
    expect(svg.match(/<svg /g)).toHaveLength(1);
    expect(svg.trim()).toMatch(/<\/svg>$/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<script/);
    expect(svg).toContain('macs as of sense for every machine');
  }
});

test('the bars are as long as the speed-ups they say', () => {
  const svg = compareFigure(comparison(reports.slice(0, 2)), 'bar');
  const bars = [...svg.matchAll(/width="([\d.]+)" height="13"[^>]*><title>[^<]*, ([\d.]+) x</g)];
  expect(bars.map(([, , times]) => times)).toEqual(['1.00', '0.33']);
  const [own, other] = bars.map(([, width]) => Number(width)) as [number, number];
  expect(other / own).toBeCloseTo(1 / 3, 2);
});
