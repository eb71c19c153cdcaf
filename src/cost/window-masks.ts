/**
 * Where non-zeros are, as bits: of the window that an ofmap position reads, and of each filter, in one order.
 *
 *   bit (r * S + s) * C + c       channel first, as fibres of a pixel lie in memory; 32 bits a word
 *
 * The pairs that a position and a filter make are then the bits set in both.
 */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

/** Bits set in a word. */
export function onesIn(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Words that are joined at a time: 128 positions. */
export const CHUNK_WORDS = 4;

/** Bits set in four words together: four bits of each pair of words add before bytes do. */
export function onesInFour(a: number, b: number, c: number, d: number): number {
  const ab = inNibbles(a) + inNibbles(b); // at most 8 a nibble
  const cd = inNibbles(c) + inNibbles(d);
  const bytes = (ab & 0x0f0f0f0f) + ((ab >>> 4) & 0x0f0f0f0f) + (cd & 0x0f0f0f0f) + ((cd >>> 4) & 0x0f0f0f0f);
  return Math.imul(bytes, 0x01010101) >>> 24;
}

/** Bits set in each four bits. */
function inNibbles(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  return (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
}

/** Bits set in a window and in a filter of `masks` that begins at word `from`; whole chunks of both. */
export function matches(window: Int32Array, masks: Int32Array, from: number): number {
  let ones = 0;
  for (let w = 0; w < window.length; w += CHUNK_WORDS, from += CHUNK_WORDS)
    ones += onesInFour(
      window[w]! & masks[from]!,
      window[w + 1]! & masks[from + 1]!,
      window[w + 2]! & masks[from + 2]!,
      window[w + 3]! & masks[from + 3]!,
    );
  return ones;
}

/** Bits of one window of one group of channels; words are padded to whole chunks of `chunkWords`. */
export interface WindowShape {
  readonly bits: number;
  readonly words: number;
}

export function windowShape({ C, R, S, groups }: ConvShape, chunkWords: number): WindowShape {
  const bits = (C / groups) * R * S;
  return { bits, words: Math.ceil(bits / 32 / chunkWords) * chunkWords };
}

/** One mask of `words` words a filter, the filters of a channel group one after another. */
export function filterMasks(weight: Int8Array, conv: ConvShape, { words }: WindowShape): Int32Array {
  const [channels, positions] = [conv.C / conv.groups, conv.R * conv.S];
  const masks = new Int32Array(conv.K * words);
  if (positions === 1) return pointwiseMasks(weight, channels, masks, words);
  for (let k = 0, at = 0; k < conv.K; k++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < positions; i++, at++)
        if (weight[at] !== 0) {
          const bit = i * channels + c;
          masks[k * words + (bit >> 5)]! |= 1 << (bit & 31);
        }
  return masks;
}

/** Fully connected layers live here, a hundred million weights of them: a word at a time. */
function pointwiseMasks(weight: Int8Array, channels: number, masks: Int32Array, words: number): Int32Array {
  for (let at = 0, first = 0; at < weight.length; first += words)
    for (let c = 0; c < channels; c += 32) {
      const bits = Math.min(32, channels - c);
      let word = 0;
      for (let bit = 0; bit < bits; bit++, at++) if (weight[at] !== 0) word |= 1 << bit;
      masks[first + (c >> 5)] = word;
    }
  return masks;
}

/** Bits set in a mask. */
export function maskedOnes(mask: Int32Array): number {
  let ones = 0;
  for (let w = 0; w < mask.length; w++) ones += onesIn(mask[w]!);
  return ones;
}

/** Fills the mask of the window behind ofmap position (p, q); padding reads as zeros. */
export type WindowReader = (p: number, q: number, mask: Int32Array) => void;

export function windowReader(ifmap: ByteData, conv: ConvShape, channelGroup: number): WindowReader {
  const { H, W, R, S, stride, pad, dilation } = conv;
  const channels = conv.C / conv.groups;
  const fibreWords = Math.ceil(channels / 32);
  const fibres = new Int32Array(H * W * fibreWords);
  for (let c = 0, at = channelGroup * channels * H * W; c < channels; c++)
    for (let i = 0; i < H * W; i++, at++)
      if (ifmap[at] !== 0) fibres[i * fibreWords + (c >> 5)]! |= 1 << (c & 31);
  return (p, q, mask) => {
    mask.fill(0);
    for (let r = 0; r < R; r++) {
      const y = p * stride[0] + r * dilation[0] - pad[0];
      if (y < 0 || y >= H) continue;
      for (let s = 0; s < S; s++) {
        const x = q * stride[1] + s * dilation[1] - pad[1];
        if (x < 0 || x >= W) continue;
        const bit = (r * S + s) * channels;
        const [to, shift] = [bit >> 5, bit & 31];
        for (let w = 0, from = (y * W + x) * fibreWords; w < fibreWords; w++) {
          const word = fibres[from + w]!;
          mask[to + w]! |= word << shift;
          if (shift > 0 && to + w + 1 < mask.length) mask[to + w + 1]! |= word >>> (32 - shift);
        }
      }
    }
  };
}

/** Ofmap positions of a layer, row by row. */
export const ofmapPositions = (conv: ConvShape): readonly [P: number, Q: number] => [
  ofmapHeight(conv),
  ofmapWidth(conv),
];
