/** Counting zeros four bytes at a time: fully connected layers have a hundred million weights. */

/** Typed arrays of bytes as whole words, or nothing where they do not lie on word bounds. */
const wordsOf = (bytes: Uint8Array | Int8Array): Uint32Array | undefined =>
  bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : undefined;

/** A 1 in every byte of the word that is not 0: the low seven bits carry into the eighth, which is there already or not. */
const nonZeroBytes = (word: number): number =>
  ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101;

/** How many bytes are not 0. */
export function countNonZeroBytes(bytes: Uint8Array | Int8Array): number {
  const whole = bytes.length & ~3;
  const words = wordsOf(bytes.subarray(0, whole));
  let n = 0;
  if (words)
    for (let i = 0; i < words.length; i++) n += Math.imul(nonZeroBytes(words[i]!), 0x01010101) >>> 24;
  for (let i = words ? whole : 0; i < bytes.length; i++) if (bytes[i] !== 0) n++;
  return n;
}

/** A byte of a lane counts to 255 before it must be emptied. */
const MOST_ROWS = 255;

/** For each column of a row-major matrix of bytes, how many rows are not 0 there; `cols` apart from one row to the next. */
export function countNonZeroColumns(bytes: Uint8Array | Int8Array, cols: number): Uint32Array {
  const counts = new Uint32Array(cols);
  const words = cols % 4 === 0 ? wordsOf(bytes) : undefined;
  if (!words) {
    for (let i = 0, c = 0; i < bytes.length; i++) {
      if (bytes[i] !== 0) counts[c]!++;
      if (++c === cols) c = 0;
    }
    return counts;
  }
  const lanes = new Uint32Array(cols / 4);
  const step = MOST_ROWS * lanes.length;
  for (let from = 0; from < words.length; from += step) {
    const to = Math.min(words.length, from + step);
    lanes.fill(0);
    for (let row = from; row < to; row += lanes.length)
      for (let c = 0; c < lanes.length; c++) lanes[c]! += nonZeroBytes(words[row + c]!);
    for (let c = 0; c < cols; c++) counts[c]! += (lanes[c >> 2]! >>> (8 * (c & 3))) & 0xff;
  }
  return counts;
}
