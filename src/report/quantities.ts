/** How reports write numbers: the same digits in the terminal, in HTML and in figures, whatever the locale. */

/** 1234567.8 -> "1,234,567.8" */
export function grouped(n: number, digits = 0): string {
  if (!Number.isFinite(n)) return '-';
  const [whole = '', fraction] = n.toFixed(digits).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

/** Three or so significant digits: 0.0123, 1.23, 12.3, 123, 1,234. */
export function brief(n: number): string {
  if (!Number.isFinite(n)) return '-';
  const size = Math.abs(n);
  if (size === 0) return '0';
  if (size >= 100) return grouped(n);
  if (size >= 10) return n.toFixed(1);
  if (size >= 1) return n.toFixed(2);
  return size >= 0.001 ? Number(n.toPrecision(3)).toString() : n.toExponential(1);
}

export const percent = (share: number): string => (Number.isFinite(share) ? (100 * share).toFixed(1) : '-');
/** A density, 0 to 1, on two decimals. */
export const density = (share: number): string => (Number.isFinite(share) ? share.toFixed(2) : '-');
/** How often the lower bound's bytes were moved. */
export const overBound = (total: number, lowerBound: number): string =>
  lowerBound > 0 ? (total / lowerBound).toFixed(2) : '-';

const SCALED: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

/** A value in base units with the prefix that suits it: 0.0123 s -> "12.3 ms". */
export function withUnit(n: number, unit: string): string {
  if (!Number.isFinite(n)) return '-';
  const [factor, prefix] = SCALED.find(([size]) => Math.abs(n) >= size) ?? ([1, ''] as const);
  return `${brief(n / factor)} ${prefix}${unit}`;
}
