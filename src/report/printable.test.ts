import { expect, test } from 'vitest';
import { escapeHtml, printable, shortened } from './printable.ts';

test('control, bidirectional and invisible characters are written out', () => {
  expect(printable('conv\u001b[2J')).toBe('conv\\u{1b}[2J');
  expect(printable('a\nb\u202eb\u200b\u2028\ud800')).toBe('a\\u{a}b\\u{202e}b\\u{200b}\\u{2028}\\u{d800}');
  expect(printable('Größe 大 µ')).toBe('Größe 大 µ');
});

test('a long name keeps both its ends', () => {
  expect(shortened('inception_3a/3x3_reduce', 11)).toBe('incep…educe');
  expect(shortened('conv1', 11)).toBe('conv1');
  expect([...shortened('abcdefgh', 4)]).toHaveLength(4);
  expect(shortened('abc', 0)).toBe('');
});

test('HTML text cannot become markup, nor leave an attribute', () => {
  expect(escapeHtml(`<img src="x" onerror='a&b'>`)).toBe(
    '&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;',
  );
});
