/**
 * How many values a run-length stream holds: the non-zeros, and a zero wherever a run outgrows its field.
 * Zeros behind the last non-zero of a stream are not stored.
 */
import type { ConvShape } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

/** Streams of `each` values, such as the channels of a map. */
export function storedRuns(values: ByteData, each: number, runBits: number): number {
  const longest = 2 ** runBits; // a zero stored stands for itself and a full run before it
  let entries = 0;
  for (let first = 0; first < values.length; first += each) {
    let run = 0;
    const end = Math.min(values.length, first + each);
    for (let i = first; i < end; i++) {
      if (values[i] === 0) run++;
      else {
        entries += 1 + Math.floor(run / longest);
        run = 0;
      }
    }
  }
  return entries;
}

/** A stream an input channel and group of Kc filters: filter after filter, tap after tap. */
export function storedWeightRuns(weight: Int8Array, conv: ConvShape, Kc: number, runBits: number): number {
  const longest = 2 ** runBits;
  const [channels, positions, perGroup] = [conv.C / conv.groups, conv.R * conv.S, conv.K / conv.groups];
  const runs = new Int32Array(channels);
  let entries = 0;
  for (let k = 0, at = 0; k < conv.K; k++) {
    if ((k % perGroup) % Kc === 0) runs.fill(0);
    for (let c = 0; c < channels; c++) {
      let run = runs[c]!;
      for (let i = 0; i < positions; i++, at++) {
        if (weight[at] === 0) run++;
        else {
          entries += 1 + Math.floor(run / longest);
          run = 0;
        }
      }
      runs[c] = run;
    }
  }
  return entries;
}
