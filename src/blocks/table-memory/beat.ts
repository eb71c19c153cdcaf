/** Beats of 128 bits as four 32-bit words, the lowest first, and the fields that they are made of. */
export type Beat = Uint32Array;

export const BEAT_BYTES = 16;

/** `width` bits, 32 at most, from bit `at` on, without sign. */
export function bitsOf(beat: ArrayLike<number>, at: number, width: number): number {
  const [word, shift] = [at >> 5, at & 31];
  const here = Math.min(width, 32 - shift); // bits of the first word; no more than 53 in all may meet in a number
  const low = Math.floor((beat[word] ?? 0) / 2 ** shift) % 2 ** here;
  return low + ((beat[word + 1] ?? 0) % 2 ** (width - here)) * 2 ** here;
}

export function signedBitsOf(beat: ArrayLike<number>, at: number, width: number): number {
  const value = bitsOf(beat, at, width);
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

/** Put a value, of either sign, into bits that are still zero. */
export function putBits(beat: Uint32Array, at: number, width: number, value: number): void {
  if (value < -(2 ** (width - 1)) || value >= 2 ** width)
    throw new Error(`${value} does not fit a field of ${width} bits`);
  let rest = value < 0 ? value + 2 ** width : value;
  for (let done = 0; done < width; ) {
    const bit = at + done;
    const take = Math.min(width - done, 32 - (bit & 31));
    beat[bit >> 5] = (beat[bit >> 5]! | ((rest % 2 ** take) << (bit & 31))) >>> 0;
    rest = Math.floor(rest / 2 ** take);
    done += take;
  }
}
