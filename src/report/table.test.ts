import { expect, test } from 'vitest';
import { layers, sampleReport } from '../../test/fixtures/report.ts';
import { reportTable } from './table.ts';

const ESCAPE = '\u001b';

test('one line a layer, totals below, units in the headers', () => {
  const text = reportTable(sampleReport());
  expect(text).toContain('sample on sense (zcu102), fidelity cost, batch 1, 1 image, seed 1');
  expect(text).toMatch(
    /layer +op +cycles +bound by +util % +ifmap +weight +ofmap +DRAM kB +x least +energy µJ/,
  );
  expect(text).toMatch(
    /^conv1_2 +conv +200,000 +dram +50\.0 +0\.49 +0\.50 +0\.39 +3,218\.4 +1\.07 +1,220\.0 +ifmap +14x14$/m,
  );
  expect(text).toMatch(/^conv only +300,000/m);
  expect(text).toMatch(/^whole network +350,000/m);
  expect(text).toContain('571.4 images/s (1.75 ms an image); conv only 666.7 images/s');
  expect(text).toContain('LRN (run on the host, not costed)');
});

test('lines fit the width, long names give way', () => {
  const long = layers.map((layer) => ({ ...layer, name: `inception_3a/${'very_'.repeat(20)}${layer.name}` }));
  const text = reportTable(sampleReport({ layers: long }), { width: 120 });
  for (const line of text.split('\n').slice(0, 12)) expect([...line].length).toBeLessThanOrEqual(120);
  expect(text).toContain('…');
});

test('what all names begin with is said once; a long note is broken', () => {
  const deep = layers.map((layer) => ({ ...layer, name: `MobilenetV1/MobilenetV1/${layer.name}` }));
  const note = 'values are drawn '.repeat(20);
  const text = reportTable(
    sampleReport({ layers: deep, source: { weights: 'file', activations: 'dense', note } }),
  );
  expect(text).toContain('layer names begin with MobilenetV1/MobilenetV1/\n');
  expect(text).toMatch(/^conv1_2 +conv/m);
  for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(120);
});

test('colours only when the caller says so', () => {
  expect(reportTable(sampleReport())).not.toContain(ESCAPE);
  const coloured = reportTable(sampleReport(), { colour: true });
  expect(coloured).toContain(ESCAPE);
  const bare = coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '');
  expect(bare).toBe(reportTable(sampleReport()));
});

test('a hostile name cannot move the cursor or break the line', () => {
  const [first, ...rest] = layers;
  const text = reportTable(
    sampleReport({
      model: `m${ESCAPE}]0;x\u0007`,
      layers: [{ ...first!, name: `c${ESCAPE}[2J\n` }, ...rest],
    }),
  );
  expect(text).not.toContain(ESCAPE);
  expect(text).not.toContain('\u0007');
  expect(text).toContain('c\\u{1b}[2J\\u{a}');
});

test('predictions and agreement are told when inputs were given', () => {
  const text = reportTable(
    sampleReport({
      predictions: [
        {
          input: 'tench.jpg',
          top: [
            { index: 0, label: 'tench', score: 0.91 },
            { index: 5, score: 0.02 },
          ],
          fp32Top1: 0,
        },
      ],
      accuracy: { images: 1, top1Agreement: 1, fp32Top1: 1, integerTop1: 1 },
    }),
  );
  expect(text).toMatch(/^tench\.jpg +tench \(0\.910\), class 5 \(0\.0200\) +tench$/m);
  expect(text).toContain(
    'agrees with fp32 on 100.0 % of 1 image; against labels: integer 100.0 %, fp32 100.0 %',
  );
});

test('a report without layers still prints', () => {
  expect(reportTable(sampleReport({ layers: [] }))).toContain('whole network');
});
