/** Keeping the largest magnitudes of a column of weights: linear time, and no copy of a layer of 100 million. */

/** Weights as a pruner reads them: floats while training, int8 in a synthetic or quantised layer. */
export type Weights = Float32Array | Int8Array;

/** What zeros are written into: the weights themselves, or a mask that is 1 elsewhere. */
export type Target = Weights | Uint8Array;

/** Element i of a column is at start + i * step. */
export interface Column {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Zero all but the `keep` largest of a column in the target; among equal magnitudes the first are kept. */
export function keepLargest(weight: Weights, target: Target, column: Column, keep: number): void {
  const { start, step, count } = column;
  const end = start + step * count;
  if (keep >= count) return;
  if (keep <= 0) {
    for (let i = start; i < end; i += step) target[i] = 0;
    return;
  }
  if (weight instanceof Int8Array) zeroBelowInt8(weight, target, column, leastKeptInt8(weight, column, keep));
  else zeroBelow(weight, target, column, leastKeptFloat(weight, column, keep));
}

type ZeroBelow<W> = (weight: W, target: Target, column: Column, kept: LeastKept) => void;

const zeroBelow: ZeroBelow<Float32Array> = (weight, target, { start, step, count }, { least, ties }) => {
  const end = start + step * count;
  let room = ties;
  for (let i = start; i < end; i += step) {
    const magnitude = Math.abs(weight[i]!);
    if (magnitude < least || (magnitude === least && room-- <= 0)) target[i] = 0;
  }
};

/** The same without a branch that goes either way half of the time: twice as fast. */
const zeroBelowInt8: ZeroBelow<Int8Array> = (weight, target, { start, step, count }, { least, ties }) => {
  const end = start + step * count;
  let room = ties;
  for (let i = start; i < end; i += step) {
    const word = weight[i]!;
    const magnitude = (word ^ (word >> 31)) - (word >> 31); // |word|
    if (magnitude === least) {
      if (room-- <= 0) target[i] = 0;
    } else target[i] = target[i]! & ((least - magnitude) >> 31); // all ones where it is larger, else 0
  }
};

/** The least magnitude among the `keep` largest, and how many of exactly that magnitude are kept. */
interface LeastKept {
  readonly least: number;
  readonly ties: number;
}

/** A counting select: int8 has 129 magnitudes, 0 to 128. */
function leastKeptInt8(weight: Int8Array, { start, step, count }: Column, keep: number): LeastKept {
  const histogram = new Int32Array(129);
  const end = start + step * count;
  for (let i = start; i < end; i += step) {
    const magnitude = Math.abs(weight[i]!);
    histogram[magnitude] = histogram[magnitude]! + 1;
  }
  const { bucket, ties } = bucketOf(histogram, keep);
  return { least: bucket, ties };
}

/**
 * A radix select. IEEE 754 orders the bits of positive floats as it orders the floats, so each pass counts one
 * digit of the bits without their sign, and the next looks only inside the bucket where the last kept one lies.
 */
function leastKeptFloat(weight: Float32Array, { start, step, count }: Column, keep: number): LeastKept {
  const word = new Int32Array(weight.buffer, weight.byteOffset, weight.length);
  const end = start + step * count;
  const histogram = new Int32Array(2048);
  let prefix = 0; // digits settled so far
  let ties = keep;
  for (const [shift, width] of [
    [20, 11],
    [10, 10],
    [0, 10],
  ] as const) {
    histogram.fill(0);
    const digit = (1 << width) - 1;
    for (let i = start; i < end; i += step) {
      const magnitude = word[i]! & 0x7fff_ffff;
      if (magnitude >>> (shift + width) !== prefix) continue;
      const bucket = (magnitude >>> shift) & digit;
      histogram[bucket] = histogram[bucket]! + 1;
    }
    const found = bucketOf(histogram, ties);
    ties = found.ties;
    prefix = (prefix << width) | found.bucket;
  }
  return { least: new Float32Array(Int32Array.of(prefix).buffer)[0]!, ties };
}

/** From the top bucket down: the one that holds the keep-th element, and how many of it are kept. */
function bucketOf(histogram: Int32Array, keep: number): { readonly bucket: number; readonly ties: number } {
  let ties = keep;
  let bucket = histogram.length - 1;
  while (ties > histogram[bucket]!) ties -= histogram[bucket--]!;
  return { bucket, ties };
}
