/** Bit streams: what a format's words really look like in memory, lowest bit first. */
import { fail } from '../errors.ts';

export interface BitWriter {
  /** Append the low `width` bits of a whole number; a negative one is cut to two's complement. */
  readonly put: (value: number, width: number) => void;
  /** Zeros up to the next multiple of `width` bits. */
  readonly align: (width: number) => void;
  readonly finish: () => Uint8Array;
}

export function bitWriter(capacityBits: number): BitWriter {
  const bytes = new Uint8Array(Math.ceil(capacityBits / 8));
  let at = 0;
  return {
    put(value, width) {
      for (let bit = 0; bit < width; bit++, at++)
        if ((value >> bit) & 1) bytes[at >> 3] = bytes[at >> 3]! | (1 << (at & 7));
    },
    align(width) {
      at = Math.ceil(at / width) * width;
    },
    finish() {
      if (at > bytes.length * 8) throw new Error(`wrote ${at} bits into ${bytes.length} bytes`);
      return bytes;
    },
  };
}

export interface BitReader {
  /** The next `width` bits, at most 31, as a number from 0 up. */
  readonly take: (width: number) => number;
  readonly align: (width: number) => void;
}

export function bitReader(bytes: Uint8Array, lengthBits: number): BitReader {
  let at = 0;
  return {
    take(width) {
      if (at + width > lengthBits || at + width > bytes.length * 8)
        fail(`the compressed stream ends inside a value, at bit ${at}`);
      let value = 0;
      for (let bit = 0; bit < width; bit++, at++) value |= ((bytes[at >> 3]! >> (at & 7)) & 1) << bit;
      return value;
    },
    align(width) {
      at = Math.ceil(at / width) * width;
    },
  };
}

/** Bits that tell `values` different values apart: 0 for one. */
export const bitsFor = (values: number): number => (values <= 1 ? 0 : 32 - Math.clz32(values - 1));
