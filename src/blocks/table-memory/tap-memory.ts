/** A word of a column's beat of weights. Silicon: tap_memory.sv, with the memory around it. */
import type { TapWord } from '../weight-loader/weight-loader.ts';
import { type Beat, bitsOf, signedBitsOf } from './beat.ts';

/** Taps of a beat lie one behind the other, {weight, offset} each, or bare ones as weights alone. */
export function tapWordOf(
  beat: Beat,
  { word, bare }: { readonly word: number; readonly bare: boolean },
  { lanes, tapBits }: { readonly lanes: number; readonly tapBits: number },
): TapWord {
  const width = bare ? 8 : tapBits;
  return Array.from({ length: lanes }, (_, l) => {
    const at = (word * lanes + l) * width;
    if (at + width > 128) return undefined; // the beat has no such word, and nobody asks for it
    const weight = signedBitsOf(beat, at + width - 8, 8);
    return weight === 0 ? undefined : { weight, offset: bitsOf(beat, at, width - 8) };
  });
}
