/**
 * A row's feeder: turns a tile's bitmap and the non-zero values of one virtual channel into operations, K slots a
 * non-zero, one a cycle. Its silicon is ifm_stream.sv, which draws it and says what happens in which cycle.
 */
import type { Operation } from '../pe/pe.ts';

/** What a row has to do in a wave: bits of the tile's rectangle in raster order, 32 a word, lowest first. */
export interface RowEntry {
  readonly taps: number; // slots a non-zero
  readonly lane: number; // of the row's first tap in the words of the weight chain
  readonly bitmap: Uint32Array;
}

/** The start of a wave, and where its tile's psums are. */
export interface WaveControl {
  readonly weightBank: number;
  readonly psumBank: number;
  readonly halo: number; // psums a row of the tile has more than pixels
  readonly origin: number; // psum address of the tile's first pixel under a tap at offset 0
  readonly reciprocal: number; // see widthReciprocal
}

export interface IfmStreamInputs {
  readonly control: WaveControl | undefined; // defined: a wave starts
  readonly entry: RowEntry | undefined; // what the memory gave for entryAddress of the cycle before
  readonly value: number | undefined; // likewise
}

/** A multiplication instead of a division: index * reciprocal >> 2 log2(depth) is floor(index / width), index < depth. */
export const widthReciprocal = (width: number, psumDepth: number): number =>
  Math.ceil(2 ** (2 * Math.ceil(Math.log2(psumDepth))) / width);

interface Slot {
  readonly index: number;
  readonly lane: number;
  readonly word: number;
}

export class IfmStream {
  control: WaveControl | undefined; // to the row below
  operation: Operation | undefined;
  entryAddress = 0;
  valueAddress = 0;

  readonly #lanes: number;
  readonly #scale: number; // 2^S
  readonly #signed: boolean;
  #rest: Uint32Array = new Uint32Array(0);
  #taps = 0;
  #firstLane = 0;
  #tapsLeft = 0;
  #lane = 0;
  #word = 0;
  #tile: WaveControl | undefined;
  #slot: Slot | undefined;
  #placed: Slot | undefined; // with its row of the tile and its value
  #row = 0;
  #value = 0;
  #inputs: IfmStreamInputs = { control: undefined, entry: undefined, value: undefined };

  constructor({
    psumDepth,
    weightLanes,
    signed,
  }: {
    psumDepth: number;
    weightLanes: number;
    signed: boolean;
  }) {
    this.#lanes = weightLanes;
    this.#scale = 2 ** (2 * Math.ceil(Math.log2(psumDepth)));
    this.#signed = signed;
  }

  tick(inputs: IfmStreamInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { control, entry, value } = this.#inputs;
    this.operation = this.#placed && this.#place(this.#placed);
    this.#placed = this.#slot;
    if (this.#slot) {
      this.#row = Math.floor((this.#slot.index * this.#tile!.reciprocal) / this.#scale);
      this.#value = value ?? 0;
    }
    if (control) {
      this.#begin(entry);
      this.#tile = control;
      this.entryAddress++;
    }
    this.#slot = this.#issue();
    this.control = control;
  }

  #begin(entry: RowEntry | undefined): void {
    if (!entry) throw new Error(`a wave started without its entry ${this.entryAddress}`);
    this.#rest = entry.bitmap.slice();
    this.#taps = entry.taps;
    this.#firstLane = entry.lane;
    this.#tapsLeft = 0;
  }

  /** The lowest bit left, with one tap after the other. */
  #issue(): Slot | undefined {
    const rest = this.#rest;
    let at = 0;
    while (at < rest.length && rest[at] === 0) at++;
    if (at === rest.length) return undefined;
    if (this.#tapsLeft === 0) [this.#tapsLeft, this.#lane, this.#word] = [this.#taps, this.#firstLane, 0];
    const bits = rest[at]!;
    const slot = { index: 32 * at + 31 - Math.clz32(bits & -bits), lane: this.#lane, word: this.#word };
    if (++this.#lane === this.#lanes) [this.#lane, this.#word] = [0, this.#word + 1];
    if (--this.#tapsLeft === 0) {
      rest[at] = bits & (bits - 1);
      this.valueAddress++;
    }
    return slot;
  }

  #place({ index, lane, word }: Slot): Operation {
    const { halo, origin, weightBank, psumBank } = this.#tile!;
    const x = this.#signed ? (this.#value << 24) >> 24 : this.#value;
    return { x, position: index + this.#row * halo + origin, lane, word, weightBank, psumBank };
  }
}
