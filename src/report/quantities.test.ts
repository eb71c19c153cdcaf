import { expect, test } from 'vitest';
import { brief, grouped, overBound, percent, withUnit } from './quantities.ts';

test('thousands are grouped, fractions are not', () => {
  expect(grouped(1234567.891, 2)).toBe('1,234,567.89');
  expect(grouped(999)).toBe('999');
  expect(grouped(0.00012, 4)).toBe('0.0001');
  expect(grouped(1e15)).toBe('1,000,000,000,000,000');
  expect(grouped(Number.NaN)).toBe('-');
});

test('about three digits', () => {
  expect([0, 0.01234, 1.234, 12.34, 1234.5, 1e-6].map(brief)).toEqual([
    ...['0', '0.0123', '1.23', '12.3', '1,235', '1.0e-6'],
  ]);
});

test('units take the prefix that suits them', () => {
  expect(withUnit(0.0291, 's')).toBe('29.1 ms');
  expect(withUnit(15.5e9, '')).toBe('15.5 G');
  expect(withUnit(0, 'B')).toBe('0 B');
});

test('shares and bounds', () => {
  expect(percent(0.1234)).toBe('12.3');
  expect(overBound(110, 100)).toBe('1.10');
  expect(overBound(110, 0)).toBe('-');
});
