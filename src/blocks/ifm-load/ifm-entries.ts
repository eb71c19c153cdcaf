/**
 * Turns bitmaps into the entries of their rows, the beats of values of their channels and the slots of their waves.
 * Its silicon is ifm_entries.sv, which says what happens in which cycle.
 */
import type { RowEntry } from '../ifm-stream/ifm-stream.ts';
import { tapsOf } from '../layer-control/layer.ts';
import { BEAT_BYTES, type Beat } from '../table-memory/beat.ts';
import { IfmSlots, type RowWork } from './ifm-slots.ts';

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
  readonly slotsAddress: number;
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
  overflow = false;
  readonly slots: IfmSlots;
  readonly #shape: { readonly entries: number; readonly valueBeats: number };
  readonly #filled: number[] = []; // bytes of values of each row so far
  #came: Bitmap | undefined; // cycle 1
  #counted: readonly (Counted | undefined)[] = [undefined, undefined, undefined]; // cycles 2 to 4
  #beats: readonly (ChannelBeats | undefined)[] = [undefined, undefined, undefined]; // cycles 5 to 7
  #firstBeat = 0;
  #valueEnd = 0;
  #ended = 0; // where the values of the bitmap in cycle 5 end
  #inputs: IfmEntriesInputs | undefined;

  constructor(shape: { readonly entries: number; readonly valueBeats: number }) {
    this.#shape = shape;
    this.slots = new IfmSlots(shape.entries);
  }

  /** How many beats of values a channel has. */
  get beats(): ChannelBeats | undefined {
    return this.#beats[2];
  }

  tick(inputs: IfmEntriesInputs): void {
    this.#inputs = inputs;
    const it = this.#counted[2];
    const work: RowWork | undefined = it && {
      index: it.index,
      top: it.row === 0,
      slots: onesOf(it.bits) * it.taps,
    };
    this.slots.tick({ work, half: inputs.half, address: inputs.slotsAddress });
  }

  commit(): void {
    const { half, bitmap, taps } = this.#inputs!;
    if (this.#ended > this.#shape.valueBeats * BEAT_BYTES) this.overflow = true;
    const it = this.#counted[2];
    [this.entry, this.#ended] = [undefined, 0];
    let beats: ChannelBeats | undefined;
    if (it) beats = this.#place(it, half);
    this.#beats = [beats, this.#beats[0], this.#beats[1]];
    const came = this.#came;
    const [k = 0, lane = 0] = came ? tapsOf(taps!, came.channel) : [];
    this.#counted = [came && { ...came, taps: k, lane }, this.#counted[0], this.#counted[1]];
    this.#came = bitmap;
    this.slots.commit();
  }

  /** Cycle 4. */
  #place({ bits, first, last, bottom, row, index, channel, taps, lane }: Counted, half: number) {
    const { entries, valueBeats } = this.#shape;
    if (first) this.#firstBeat = bottom ? 0 : Math.ceil(this.#filled[row]! / BEAT_BYTES);
    const value = first ? this.#firstBeat * BEAT_BYTES : this.#valueEnd;
    this.#valueEnd = value + onesOf(bits);
    this.#ended = this.#valueEnd;
    if (last) this.#filled[row] = this.#valueEnd;
    const room = valueBeats * BEAT_BYTES;
    this.entry = {
      row,
      address: half * entries + index,
      entry: {
        ...{ taps, lane, value: half * room + (value % room) },
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
