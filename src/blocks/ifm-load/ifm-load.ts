/**
 * Fills the row memories with one ifmap partition after another: bitmaps become entries and slots, then the values
 * follow. Its silicon is ifm_load.sv, which draws it and says what happens in which cycle.
 */
import type { Run } from '../axi/axi-read.ts';
import { Fifo } from '../fifo/fifo.ts';
import type { RowEntry } from '../ifm-stream/ifm-stream.ts';
import { type Layer, type Partition, tapsOf } from '../layer-control/layer.ts';
import { BEAT_BYTES, type Beat } from '../table-memory/beat.ts';

export interface IfmLoadInputs {
  readonly start: boolean;
  readonly layer: Layer;
  readonly release: boolean;
  readonly requestTaken: boolean;
  readonly beat: Beat | undefined; // what the reader offers: looked at bitmap by bitmap, taken where `inReady`
  readonly partition: Partition | undefined; // what the tables answer
  readonly taps: Beat | undefined;
  readonly slotsAddress: number;
}

export interface IfmLoadShape {
  readonly rows: number;
  readonly psumDepth: number;
  readonly entries: number; // waves a half
  readonly valueBeats: number; // a row and half
}

interface Bitmap {
  readonly bits: Uint32Array;
  readonly first: boolean; // of its channel
  readonly last: boolean;
  readonly channel: number;
  readonly group: number;
  readonly row: number;
  readonly index: number; // of its wave
  readonly ones: number;
  readonly taps: number;
  readonly lane: number;
}

interface Route {
  readonly row: number;
  readonly start: number;
  readonly count: number;
}

type State = 'idle' | 'find' | 'ask bitmaps' | 'bitmaps' | 'flush' | 'find values' | 'ask values' | 'values';

export class IfmLoad {
  loaded = false;
  overflow = false;
  slots = 0; // of the wave at slotsAddress of the cycle before
  readonly #shape: IfmLoadShape;
  readonly #perBeat: number;
  readonly #filled: number[]; // beats of values of each row so far
  readonly #placed: number[];
  readonly #counts: number[] = []; // beats of values of each channel
  readonly #waves: number[] = []; // slots
  readonly #routes = new Fifo<Route>(8);
  #state: State = 'idle';
  #left = 0;
  #place = 0;
  #used = 0;
  #half = 0;
  #flushed = 0;
  #tiles = 0;
  #valueBase = 0;
  #valuesFrom = 0;
  #channel = 0;
  #group = 0;
  #row = 0;
  #tile = 0;
  #beat = 0;
  #sub = 0;
  #index = 0;
  #arrived = 0;
  #count = 0;
  #look: Omit<Bitmap, 'ones' | 'taps' | 'lane'> | undefined; // cycle 1
  #counted: Bitmap | undefined; // cycle 2
  #product: { readonly index: number; readonly slots: number; readonly top: boolean } | undefined; // cycle 3
  #firstBeat = 0;
  #nextValue = 0;
  #inputs: IfmLoadInputs | undefined;

  constructor(shape: IfmLoadShape) {
    this.#shape = shape;
    this.#perBeat = 128 / shape.psumDepth;
    this.#filled = new Array(shape.rows).fill(0);
    this.#placed = new Array(shape.rows).fill(0);
  }

  get partitionAddress(): number {
    return this.#place;
  }

  get tapsAddress(): number {
    return this.#channel >> 4;
  }

  get request(): Run | undefined {
    if (this.#state === 'ask bitmaps')
      return { address: this.#valueBase, beats: this.#inputs!.layer.bitmapBeats };
    if (this.#state !== 'ask values' || this.#count === 0 || !this.#routes.inReady) return undefined;
    return { address: this.#valueBase, beats: this.#count };
  }

  get inReady(): boolean {
    return this.#state === 'bitmaps' ? this.#beatEnds : this.#valuesArrive;
  }

  /** The entry that is written in this cycle. */
  get entry(): { readonly row: number; readonly address: number; readonly entry: RowEntry } | undefined {
    const it = this.#counted;
    if (!it) return undefined;
    const { entries, valueBeats } = this.#shape;
    const value = this.#half * valueBeats * BEAT_BYTES + (this.#valueAt(it) % (valueBeats * BEAT_BYTES));
    const bitmap = it.taps === 0 ? new Uint32Array(it.bits.length) : it.bits;
    return {
      row: it.row,
      address: this.#half * entries + it.index,
      entry: { taps: it.taps, lane: it.lane, value, bitmap },
    };
  }

  /** Where a beat of values that arrives now belongs. */
  get valuePlace(): { readonly row: number; readonly address: number } | undefined {
    const route = this.#valuesArrive ? this.#routes.out : undefined;
    const { valueBeats } = this.#shape;
    return (
      route && {
        row: route.row,
        address: this.#half * valueBeats + ((route.start + this.#arrived) % valueBeats),
      }
    );
  }

  get #beatEnds(): boolean {
    return this.#sub === this.#perBeat - 1 || this.#tile + 1 >= this.#tiles;
  }

  get #valuesArrive(): boolean {
    const state = this.#state;
    return (
      (state === 'find values' || state === 'ask values' || state === 'values') &&
      this.#routes.out !== undefined
    );
  }

  #startOf({ first, group, row }: Pick<Bitmap, 'first' | 'group' | 'row'>): number {
    if (!first) return this.#firstBeat;
    return group === 0 ? 0 : this.#filled[row]!;
  }

  #valueAt(bitmap: Bitmap): number {
    return bitmap.first ? this.#startOf(bitmap) * BEAT_BYTES : this.#nextValue;
  }

  tick(inputs: IfmLoadInputs): void {
    this.#inputs = inputs;
    const { requestTaken, beat } = inputs;
    const asked = this.#state === 'ask values' && requestTaken;
    const start = this.#group === 0 ? 0 : this.#placed[this.#row]!;
    const route = this.#routes.out;
    const ends = beat !== undefined && this.#valuesArrive && this.#arrived + 1 === route!.count;
    this.#routes.tick({
      word: asked ? { row: this.#row, start, count: this.#count } : undefined,
      outReady: ends,
    });
  }

  commit(): void {
    const { start, layer, release, requestTaken, beat, partition, taps, slotsAddress } = this.#inputs!;
    const state = this.#state;
    const valuesArrive = this.#valuesArrive;
    const route = this.#routes.out;
    const begins = state === 'idle' && this.#left > 0 && this.#used < 2;
    const looks = state === 'bitmaps' && beat !== undefined;
    const realBitmap = this.#tile < this.#tiles;
    const beatEnds = this.#beatEnds;
    const channelEnds = this.#channel + 1 === layer.channels;
    const nextChannel = looks && beatEnds && this.#beat + 1 === layer.channelBeats;
    const asked = state === 'ask values' && requestTaken;
    const channelDone = state === 'ask values' && (this.#count === 0 || asked);
    const ends = state === 'values' && route === undefined;
    const startBeat = this.#group === 0 ? 0 : this.#placed[this.#row]!;

    const slots = this.#waves[slotsAddress] ?? 0;
    const count = this.#counts[this.#channel] ?? 0;
    this.#settle(taps);
    this.slots = slots;
    if (channelDone) this.#placed[this.#row] = startBeat + this.#count;
    this.#count = count;

    this.loaded = ends;
    this.#used += Number(begins) - Number(release);
    this.#flushed = state === 'flush' ? this.#flushed + 1 : 0;
    if (begins) this.#state = 'find';
    else if (state === 'find') {
      this.#tiles = partition!.tiles;
      [this.#valueBase, this.#valuesFrom] = [partition!.bitmaps, partition!.values];
      this.#state = 'ask bitmaps';
    } else if (state === 'ask bitmaps' && requestTaken) this.#state = 'bitmaps';
    else if (nextChannel && channelEnds) this.#state = 'flush';
    else if (state === 'flush') {
      this.#valueBase = this.#valuesFrom;
      if (this.#flushed === 4) this.#state = 'find values';
    } else if (state === 'find values') this.#state = 'ask values';
    else if (channelDone) {
      this.#valueBase += layer.valuePitch;
      this.#state = channelEnds ? 'values' : 'find values';
    } else if (ends) this.#state = 'idle';

    if (looks) {
      if (realBitmap) this.#lookAt(beat);
      this.#tile += Number(realBitmap);
      this.#index = (this.#index + layer.groups) % this.#shape.entries;
      this.#sub = beatEnds ? 0 : this.#sub + 1;
      if (beatEnds) this.#beat++;
    }
    if (nextChannel || channelDone) this.#nextChannel(channelEnds);
    if (beat && valuesArrive) this.#arrived = this.#arrived + 1 === route!.count ? 0 : this.#arrived + 1;
    if (ends) {
      [this.#left, this.#half] = [this.#left - 1, 1 - this.#half];
      this.#place = (this.#place + 1) % layer.partitions;
    }
    if (start) [this.#left, this.#place, this.#used, this.#half] = [layer.ifmapLoads, 0, 0, 0];
    this.#routes.commit();
  }

  /** Cycle 0: a bitmap of the beat. */
  #lookAt(beat: Beat): void {
    const words = this.#shape.psumDepth / 32;
    this.#look = {
      bits: beat.slice(this.#sub * words, (this.#sub + 1) * words),
      first: this.#tile === 0,
      last: this.#tile + 1 === this.#tiles,
      channel: this.#channel,
      group: this.#group,
      row: this.#row,
      index: this.#index,
    };
  }

  /** Cycles 1 to 3, the last one first. */
  #settle(taps: Beat | undefined): void {
    if (this.#product) {
      const { index, slots, top } = this.#product;
      const at = this.#half * this.#shape.entries + index;
      this.#waves[at] = top ? slots : Math.max(slots, this.#waves[at]!);
    }
    const it = this.#counted;
    this.#product = it && { index: it.index, slots: it.ones * it.taps, top: it.row === 0 };
    if (it) {
      const [first, end] = [this.#startOf(it), this.#valueAt(it) + it.ones];
      const endBeat = Math.ceil(end / BEAT_BYTES);
      if (it.last) [this.#filled[it.row], this.#counts[it.channel]] = [endBeat, endBeat - first];
      if (end > this.#shape.valueBeats * BEAT_BYTES) this.overflow = true;
      [this.#nextValue, this.#firstBeat] = [end, first];
    }
    const look = this.#look;
    this.#counted = undefined;
    if (look) {
      const [k, lane] = tapsOf(taps!, look.channel);
      this.#counted = { ...look, ones: onesOf(look.bits), taps: k, lane };
    }
    this.#look = undefined;
  }

  #nextChannel(ends: boolean): void {
    const rowEnds = this.#row + 1 === this.#shape.rows;
    const group = this.#group;
    if (rowEnds || ends) this.#group = ends ? 0 : group + 1;
    this.#index = ends ? 0 : rowEnds ? group + 1 : group;
    this.#row = rowEnds || ends ? 0 : this.#row + 1;
    this.#channel = ends ? 0 : this.#channel + 1;
    [this.#tile, this.#beat] = [0, 0];
  }
}

function onesOf(bits: Uint32Array): number {
  let ones = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) ones++;
  return ones;
}
