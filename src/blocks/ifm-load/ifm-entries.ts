/**
 * Turns bitmaps into the entries of their rows, the beats of values of their channels, and finds out which waves have work.
 * Its silicon is ifm_entries.sv, which says what happens in which cycle.
 */
import type { RowEntry } from '../ifm-stream/ifm-stream.ts';
import { tapsOf } from '../layer-control/layer.ts';
import { BEAT_BYTES, type Beat } from '../table-memory/beat.ts';

export interface Bitmap {
  readonly bits: Uint32Array;
  readonly first: boolean; // of its channel
  readonly last: boolean;
  readonly bottom: boolean; // its channel is the first of its row
  readonly channel: number;
  readonly row: number;
  readonly index: number; // of its wave
}

export interface IfmEntriesInputs {
  readonly half: number;
  readonly bitmap: Bitmap | undefined;
  readonly taps: Beat | undefined; // of the channel of the cycle before
  readonly waveAddress: number;
}

export interface PlacedEntry {
  readonly row: number;
  readonly address: number;
  readonly entry: RowEntry;
}

export interface ChannelBeats {
  readonly channel: number;
  readonly beats: number;
}

interface Counted extends Bitmap {
  readonly taps: number;
  readonly lane: number;
}

export class IfmEntries {
  entry: PlacedEntry | undefined; // that is written in this cycle
  /** Whether the wave at the `waveAddress` of the cycle before has any work. */
  works = false;
  overflow = false;
  readonly #shape: { readonly entries: number; readonly valueBeats: number };
  readonly #filled: number[] = []; // bytes of values of each row so far
  #came: Bitmap | undefined; // cycle 1
  #counted: readonly (Counted | undefined)[] = [undefined, undefined, undefined]; // cycles 2 to 4
  #beats: readonly (ChannelBeats | undefined)[] = [undefined, undefined, undefined]; // cycles 5 to 7
  readonly #waves: boolean[] = []; // which have work
  #placed: PlacedEntry | undefined; // cycle 5
  #firstBeat = 0;
  #valueEnd = 0;
  #ended = 0; // where the values of the bitmap in cycle 5 end
  #inputs: IfmEntriesInputs | undefined;

  constructor(shape: { readonly entries: number; readonly valueBeats: number }) {
    this.#shape = shape;
  }

  /** How many beats of values a channel has. */
  get beats(): ChannelBeats | undefined {
    return this.#beats[2];
  }

  tick(inputs: IfmEntriesInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { half, bitmap, taps, waveAddress } = this.#inputs!;
    this.works = this.#waves[waveAddress] ?? false;
    if (this.#ended > this.#shape.valueBeats * BEAT_BYTES) this.overflow = true;
    const it = this.#counted[2];
    [this.entry, this.#placed, this.#ended] = [this.#placed, undefined, 0];
    let beats: ChannelBeats | undefined;
    if (it) beats = this.#place(it, half);
    this.#beats = [beats, this.#beats[0], this.#beats[1]];
    const came = this.#came;
    const [k = 0, lane = 0] = came ? tapsOf(taps!, came.channel) : [];
    this.#counted = [came && { ...came, taps: k, lane }, this.#counted[0], this.#counted[1]];
    this.#came = bitmap;
  }

  /** Cycle 4. */
  #place({ bits, first, last, bottom, row, index, channel, taps, lane }: Counted, half: number) {
    const { entries, valueBeats } = this.#shape;
    if (first) this.#firstBeat = bottom ? 0 : Math.ceil(this.#filled[row]! / BEAT_BYTES);
    const value = first ? this.#firstBeat * BEAT_BYTES : this.#valueEnd;
    const slots = onesOf(bits) * taps;
    const address = half * entries + index;
    this.#waves[address] = slots > 0 || (row > 0 && this.#waves[address]!);
    this.#valueEnd = value + onesOf(bits);
    this.#ended = this.#valueEnd;
    if (last) this.#filled[row] = this.#valueEnd;
    const room = valueBeats * BEAT_BYTES;
    this.#placed = {
      row,
      address,
      entry: {
        ...{ slots, taps, lane, value: half * room + (value % room) },
        bitmap: taps === 0 ? new Uint32Array(bits.length) : bits,
      },
    };
    if (!last) return undefined;
    return { channel, beats: Math.ceil(this.#valueEnd / BEAT_BYTES) - this.#firstBeat };
  }
}

function onesOf(bits: Uint32Array): number {
  let ones = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) ones++;
  return ones;
}
