/**
 * A histogram of magnitudes in fixed memory: BINS bins over [0, range), where range is a power of two that doubles
 * when a larger value comes, two bins falling into one. So histograms of different ranges add up exactly.
 */
import { fail } from '../errors.ts';

/** After a doubling half of the bins are in use: at least 8 a step of an 8-bit format. */
const BINS = 4096;

export interface Histogram {
  readonly counts: Float64Array; // of magnitudes above 0: zero is exact in every format and has no vote
  range: number; // a power of two above the largest magnitude; 0 while only zeros were seen
  min: number; // 0 or less
  max: number; // 0 or more
}

/** The largest magnitude seen. */
export const largest = ({ min, max }: Pick<Histogram, 'min' | 'max'>): number => Math.max(max, -min);

export const emptyHistogram = (): Histogram => ({
  counts: new Float64Array(BINS),
  range: 0,
  min: 0,
  max: 0,
});

/** Count the values in. */
export function observe(histogram: Histogram, values: ArrayLike<number>): void {
  let max = 0;
  let min = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x > max) max = x;
    else if (x < min) min = x;
    else if (Number.isNaN(x)) max = x; // and stays: no comparison with NaN is true
  }
  if (!Number.isFinite(max - min))
    fail('a value became infinite or not a number', {
      hint: 'the weights or the input hold NaN or overflow fp32; check the model in fp32 first',
    });
  histogram.min = Math.min(histogram.min, min);
  histogram.max = Math.max(histogram.max, max);
  widen(histogram, powerOfTwoAbove(largest({ min, max })));

  const { counts, range } = histogram;
  const perUnit = range > 0 ? BINS / range : 0;
  for (let i = 0; i < values.length; i++) {
    const x = Math.abs(values[i]!);
    if (x > 0) counts[Math.floor(x * perUnit)]!++;
  }
}

/** Add one histogram to another. */
export function addInto(sum: Histogram, other: Histogram): void {
  widen(sum, other.range);
  const fold = other.range > 0 ? sum.range / other.range : 1;
  for (let i = 0; i < BINS; i++) if (other.counts[i]) sum.counts[Math.floor(i / fold)]! += other.counts[i]!;
  sum.min = Math.min(sum.min, other.min);
  sum.max = Math.max(sum.max, other.max);
}

/** Each occupied bin by its centre and count. */
export function bins({ counts, range }: Histogram): readonly { centre: number; count: number }[] {
  const width = range / BINS;
  const list: { centre: number; count: number }[] = [];
  counts.forEach((count, i) => {
    if (count > 0) list.push({ centre: (i + 0.5) * width, count });
  });
  return list;
}

/** The magnitude that `percent` of the values other than zero do not exceed, to a bin's width. */
export function percentileOf(histogram: Histogram, percent: number): number {
  const { counts, range } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = (total * percent) / 100;
  let seen = 0;
  for (let i = 0; i < BINS; i++) {
    seen += counts[i]!;
    if (counts[i]! > 0 && seen >= wanted) return Math.min(largest(histogram), ((i + 1) * range) / BINS);
  }
  return largest(histogram);
}

function widen(histogram: Histogram, range: number): void {
  if (range <= histogram.range) return;
  if (histogram.range > 0) {
    const fold = range / histogram.range;
    // Downward in place: bin i lands at or below i, which was read before.
    for (let i = 0; i < BINS; i++) {
      const count = histogram.counts[i]!;
      histogram.counts[i] = 0;
      histogram.counts[Math.floor(i / fold)]! += count;
    }
  }
  histogram.range = range;
}

/** Never below the smallest normal float, so that a bin's width is never 0. */
function powerOfTwoAbove(x: number): number {
  if (x === 0) return 0;
  let power = 2 ** Math.max(-126, Math.floor(Math.log2(x)));
  while (power <= x) power *= 2;
  return power;
}
