/**
 * A row's feeder: turns a tile's bitmap and the non-zero values of one virtual channel into operations, K slots a
 * non-zero, one a cycle. Its silicon is ifm_stream.sv, which draws it and says what happens in which cycle.
 */
import { FEED } from '../feed.ts';
import type { Operation, TapRead } from '../pe/pe.ts';

/** What a row has to do in a wave: bits of the tile's rectangle in raster order, 32 a word, lowest first. */
export interface RowEntry {
  readonly slots: number; // non-zeros x taps
  readonly taps: number; // slots a non-zero
  readonly lane: number; // of the row's first tap in the words of the weight chain
  readonly value: number; // address of its first non-zero
  readonly bitmap: Uint32Array;
}

/** The start of a wave, and where its tile's psums are. */
export interface WaveControl {
  readonly weightBase: number; // word of a PE's taps where its weights begin
  readonly psumBank: number;
  readonly halo: number; // psums a row of the tile has more than pixels
  readonly origin: number; // psum address of the tile's first pixel under a tap at offset 0
  readonly reciprocal: number; // see widthReciprocal
}

export interface IfmStreamInputs {
  readonly control: WaveControl | undefined; // defined: a wave starts
  readonly entry: RowEntry | undefined; // its entry, with control
  readonly value: number | undefined; // for valueAddress of two cycles before
}

/** A multiplication instead of a division: index * reciprocal >> 2 log2(depth) is floor(index / width), index < depth. */
export const widthReciprocal = (width: number, psumDepth: number): number =>
  Math.ceil(2 ** (2 * Math.ceil(Math.log2(psumDepth))) / width);

interface Slot {
  readonly index: number;
  readonly read: TapRead;
}

/** What leaves together: an operation, and a cycle before it its tap. */
interface Leaving {
  readonly operation: Operation;
  readonly read: TapRead;
}

const PACE = 3; // cycles from a wave's announcement to its start, at the least
const SEARCH = 4; // cycles from a start to its first slot: the search for the first chunk of the bitmap
const VALUE = 2; // cycles from a slot to its value
const PLACING = FEED - PACE - SEARCH - VALUE; // from there to its operation on the array's edge

export class IfmStream {
  /** The value that the slot of this cycle multiplies. */
  valueAddress = 0;
  /** Whether ifmap bytes have a sign: a layer's own. */
  signed: boolean;

  readonly #lanes: number;
  readonly #scale: number; // 2^S
  readonly #starting: ({ readonly control: WaveControl; readonly entry: RowEntry } | undefined)[];
  #rest: Uint32Array = new Uint32Array(0);
  #taps = 0;
  #firstLane = 0;
  #tapsLeft = 0;
  #lane = 0;
  #word = 0;
  #tile: WaveControl | undefined;
  readonly #slots: (Slot | undefined)[] = new Array(VALUE).fill(undefined); // whose values are on their way
  readonly #leaving: (Leaving | undefined)[] = new Array(PLACING).fill(undefined);
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
    this.signed = signed;
    this.#starting = new Array(SEARCH - 1).fill(undefined);
  }

  get operation(): Operation | undefined {
    return this.#leaving.at(-1)?.operation;
  }

  /** The tap of the operation that leaves a cycle later. */
  get read(): TapRead | undefined {
    return this.#leaving.at(-2)?.read;
  }

  tick(inputs: IfmStreamInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { control, entry, value } = this.#inputs;
    this.#leaving.copyWithin(1, 0);
    const slot = this.#slots.at(-1);
    this.#leaving[0] = slot && { operation: this.#place(slot, value ?? 0), read: slot.read };
    this.#slots.copyWithin(1, 0);
    this.#slots[0] = this.#issue();

    const [, counted, searched] = this.#starting;
    if (counted) {
      [this.#taps, this.#firstLane, this.#tapsLeft] = [counted.entry.taps, counted.entry.lane, 0];
      this.valueAddress = counted.entry.value;
    }
    if (searched) [this.#rest, this.#tile] = [searched.entry.bitmap.slice(), searched.control];
    this.#starting.copyWithin(1, 0);
    if (control && !entry) throw new Error(`a wave started without its entry`);
    this.#starting[0] = control && { control, entry: entry! };
  }

  /** The lowest bit left, with one tap after the other. */
  #issue(): Slot | undefined {
    const rest = this.#rest;
    let at = 0;
    while (at < rest.length && rest[at] === 0) at++;
    if (at === rest.length) return undefined;
    if (this.#tapsLeft === 0) [this.#tapsLeft, this.#lane, this.#word] = [this.#taps, this.#firstLane, 0];
    const bits = rest[at]!;
    const slot = {
      index: 32 * at + 31 - Math.clz32(bits & -bits),
      read: { lane: this.#lane, word: this.#tile!.weightBase + this.#word },
    };
    if (++this.#lane === this.#lanes) [this.#lane, this.#word] = [0, this.#word + 1];
    if (--this.#tapsLeft === 0) {
      rest[at] = bits & (bits - 1);
      this.valueAddress++;
    }
    return slot;
  }

  #place({ index }: Slot, value: number): Operation {
    const { halo, origin, reciprocal, psumBank } = this.#tile!;
    const row = Math.floor((index * reciprocal) / this.#scale);
    const x = this.signed ? (value << 24) >> 24 : value;
    return { x, position: index + row * halo + origin, psumBank };
  }
}
