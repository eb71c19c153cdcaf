import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layers, sampleReport } from '../../test/fixtures/report.ts';
import { csvField, reportCsv } from './csv.ts';

/** The plain twin: RFC 4180 read character by character. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') [row, field] = [[...row, field], ''];
    else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, field]);
      [row, field] = [[], ''];
      i++;
    } else field += c;
  }
  return rows;
}

test('one row a layer, raw numbers, the totals add up', () => {
  const [titles, ...rows] = readCsv(reportCsv(sampleReport()));
  expect(rows.map((row) => row[5])).toEqual(['conv1_1', 'conv1_2', 'fc6']);
  const column = titles!.indexOf('cycles');
  expect(rows.reduce((sum, row) => sum + Number(row[column]), 0)).toBe(350_000);
  for (const row of rows) expect(row).toHaveLength(titles!.length);
});

test('whatever a layer is called, the file reads back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const [first] = layers;
      const [, row] = readCsv(reportCsv(sampleReport({ layers: [{ ...first!, name }] })));
      expect(row![5]!.replace(/^'/, '')).toBe(name.replace(/^'/, ''));
    }),
  );
});

test('a name that a spreadsheet would run as a formula is disarmed', () => {
  for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1'])
    expect(csvField(name).replace(/^"/, '')).toMatch(/^'/);
  expect(csvField('conv-1')).toBe('conv-1');
  expect(csvField(-1)).toBe('-1');
});
