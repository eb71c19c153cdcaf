/**
 * The WebAssembly memory that one training program lives in: every activation, gradient and parameter of a batch has
 * its place before the first step, so that a step allocates nothing.
 */
import { fail } from '../errors.ts';
import { growTo, instantiate, type Kernels } from '../tensor/kernels/module.ts';

/** 1.5 GB: a WebAssembly memory can have 4, a laptop often not. */
const LIMIT = 1.5 * 2 ** 30;

export interface Arena {
  readonly kernels: Kernels;
  /** Room for so many 4-byte words; gives its byte address. */
  readonly allocate: (words: number) => number;
  /** Give room back for a later `allocate` of the same size. */
  readonly release: (address: number, words: number) => void;
  /** Ask for working memory that all stages share, each for the time of one call. */
  readonly needScratch: (bytes: number) => void;
  /** Byte address of the shared working memory; known once the arena is sealed. */
  readonly scratch: () => number;
  /** A view of words at an address, once the arena is sealed. */
  readonly floats: (address: number, words: number) => Float32Array;
  readonly integers: (address: number, words: number) => Int32Array;
  readonly doubles: (address: number, count: number) => Float64Array;
  /** Make the memory as large as was asked for. Nothing can be allocated afterwards. */
  readonly seal: () => void;
  /** Fill with integers as soon as the arena is sealed; gives their byte address. */
  readonly table: (integers: Int32Array) => number;
}

const upTo64 = (bytes: number): number => Math.ceil(bytes / 64) * 64;

export function arena(what: string): Arena {
  const kernels = instantiate();
  const released = new Map<number, number[]>();
  const tables: { readonly at: number; readonly integers: Int32Array }[] = [];
  let [used, scratch, scratchBytes, sealed] = [64, 0, 0, false]; // address 0 means "none"
  const allocate = (words: number): number => {
    if (sealed) throw new Error('the arena is sealed');
    const size = upTo64(words * 4);
    const again = released.get(size)?.pop();
    if (again !== undefined) return again;
    const at = used;
    used += size;
    if (used > LIMIT)
      fail(`${what} needs more than ${LIMIT / 2 ** 20} MB of memory`, { hint: 'try a smaller batch' });
    return at;
  };
  return {
    kernels,
    allocate,
    release(address, words) {
      const size = upTo64(words * 4);
      const list = released.get(size);
      if (list) list.push(address);
      else released.set(size, [address]);
    },
    needScratch: (bytes) => {
      scratchBytes = Math.max(scratchBytes, bytes);
    },
    scratch: () => scratch,
    floats: (address, words) => new Float32Array(kernels.memory.buffer, address, words),
    integers: (address, words) => new Int32Array(kernels.memory.buffer, address, words),
    doubles: (address, count) => new Float64Array(kernels.memory.buffer, address, count),
    seal() {
      scratch = used;
      if (used + scratchBytes > LIMIT)
        fail(`${what} needs more than ${LIMIT / 2 ** 20} MB of memory`, { hint: 'try a smaller batch' });
      growTo(used + scratchBytes + 64, kernels);
      sealed = true;
      for (const { at, integers } of tables)
        new Int32Array(kernels.memory.buffer, at, integers.length).set(integers);
      tables.length = 0;
    },
    table(integers) {
      const at = allocate(integers.length);
      tables.push({ at, integers });
      return at;
    },
  };
}
