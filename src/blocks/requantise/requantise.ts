/**
 * From a 32-bit accumulator to a byte, one a cycle; its silicon is requantise.sv.
 *
 *   in ──▶ STAGES registers, never stalled ──▶ queue ──▶ out
 *
 * A place in the queue is taken when a word enters and given back when it leaves, so nothing on its way can be
 * without room. What a byte is says tensor/requantise.ts; how the silicon makes it of DSP-sized pieces is its own
 * affair, and the test holds the two equal.
 */
import { requantise } from '../../tensor/requantise.ts';
import { Fifo } from '../fifo/fifo.ts';

/** Cycles from a word's entry to its place in the queue. It is seen at the output one cycle later. */
export const STAGES = 13;

export interface Accumulated {
  readonly acc: number; // int32
  /** Sum of the ifmap bytes under the filter's window, int27, and by how much the stored weights are off, int9. */
  readonly window: number;
  readonly correction: number;
  readonly bias: number; // int32
  readonly multiplier: number; // 0 to 2^31 - 1
  readonly shift: number; // 0 to 62
  readonly low: number; // -256 to 255, low <= high
  readonly high: number;
}

export interface RequantiseInputs {
  readonly word: Accumulated | undefined;
  readonly outReady: boolean;
}

/**
 * The byte as it lies on eight wires: 0 to 255, for negative results their two's complement. The biased sum is held inside
 * `sumBits`, 32 as everywhere else or 27.
 */
export function requantisedByte(word: Accumulated, sumBits = 32): number {
  const { acc, window, correction, bias, multiplier, shift, low, high } = word;
  const corrected = (acc + window * correction) | 0; // wraps, as Int32Array does
  const most = 2 ** (sumBits - 1);
  const sum = Math.min(Math.max(corrected + bias, -most), most - 1);
  return Math.min(Math.max(requantise(sum, multiplier, shift), low), high) & 255;
}

export class Requantise {
  readonly #queue: Fifo<number>;
  readonly #sumBits: number;
  #pipeline: readonly (number | undefined)[] = Array(STAGES).fill(undefined);
  #taken = 0;
  #entering: number | undefined;
  #takenNext = 0;

  /** `queue` places: 15 or more for a word a cycle. */
  constructor(queue = 16, sumBits = 32) {
    this.#queue = new Fifo(queue);
    this.#sumBits = sumBits;
  }

  get inReady(): boolean {
    return this.#taken < this.#queue.depth;
  }

  get out(): number | undefined {
    return this.#queue.out;
  }

  tick({ word, outReady }: RequantiseInputs): void {
    this.#entering = word !== undefined && this.inReady ? requantisedByte(word, this.#sumBits) : undefined;
    const leaves = outReady && this.out !== undefined;
    this.#takenNext = this.#taken + Number(this.#entering !== undefined) - Number(leaves);
    this.#queue.tick({ word: this.#pipeline[STAGES - 1], outReady });
  }

  commit(): void {
    this.#pipeline = [this.#entering, ...this.#pipeline.slice(0, -1)];
    this.#taken = this.#takenNext;
    this.#queue.commit();
  }
}
