/** Fmaps in DRAM: run-length coded as the words of the chip, or plain where the code would be larger (a flag a layer). */
import { runLength } from '../../format/run-length.ts';
import type { LayerWork } from '../../model/work.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import type { ByteData } from '../../tensor/tensor.ts';

type CodedBits = 8 | 16;

/** The widths that the code packs: a word of the chip takes the next one. */
export const codedBits = (wordBits: number): CodedBits => (wordBits <= 8 ? 8 : 16);

/** Bytes of ifmaps read in strips of rows, each strip of an image one stream; `strips` all once. */
export function stripBytes(
  ifmaps: readonly ByteData[],
  { C, H, W }: { readonly C: number; readonly H: number; readonly W: number },
  strips: readonly (readonly [first: number, end: number])[],
  wordBits: CodedBits,
): number {
  const total = (strips: readonly (readonly [number, number])[], coded: boolean): number =>
    ifmaps.reduce(
      (sum, ifmap) =>
        sum +
        strips.reduce((part, [first, end]) => {
          if (!coded) return part + (C * (end - first) * W * wordBits) / 8;
          return (
            part +
            codedBytes(first === 0 && end === H ? ifmap : cutRows(ifmap, [first, end], { C, H, W }), wordBits)
          );
        }, 0),
      0,
    );
  const whole = [[0, H]] as const;
  return total(strips, total(whole, true) < total(whole, false));
}

const codedBytes = (values: ByteData, wordBits: CodedBits): number =>
  runLength.sizeBits(values, { wordBits }) / 8;

/** Rows [first, end) of every channel, one channel behind the other. */
function cutRows(
  ifmap: ByteData,
  [first, end]: readonly [number, number],
  { C, H, W }: { readonly C: number; readonly H: number; readonly W: number },
): ByteData {
  const each = (end - first) * W;
  const strip = ifmap instanceof Int8Array ? new Int8Array(C * each) : new Uint8Array(C * each);
  for (let c = 0; c < C; c++) strip.set(ifmap.subarray((c * H + first) * W, (c * H + end) * W), c * each);
  return strip;
}

/**
 * Bytes of what the array writes. It has no pooling: where the work holds the map behind a pool, the map in front of it is
 * taken to be as dense, which is a little too dense.
 */
export function writtenBytes(
  { conv, ofmaps, ofmapShape: [K, P, Q] }: LayerWork,
  wordBits: CodedBits,
): number {
  const each = (K * P * Q * wordBits) / 8;
  const coded = ofmaps.reduce((sum, ofmap) => sum + codedBytes(ofmap, wordBits), 0);
  const behind = Math.min(coded, ofmaps.length * each);
  return Math.ceil(behind * Math.max(1, (ofmapHeight(conv) * ofmapWidth(conv)) / (P * Q)));
}
