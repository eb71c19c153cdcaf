/**
 * The order of everything: takes waves one after another and starts wave, load and drain in their slots.
 * Its silicon is sequencer.sv, which draws it and says what a program is.
 */
import type { WaveControl } from '../ifm-stream/ifm-stream.ts';
import type { Drain } from '../psum-drain/psum-drain.ts';
import type { Load } from '../weight-loader/weight-loader.ts';

/** One wave of a program: a virtual channel a row. */
export interface WaveRecord {
  readonly final: boolean; // no wave follows
  readonly endsTile: boolean;
  readonly slots: number; // of its slowest row
  readonly words: number; // of its weight load
  readonly place: Omit<WaveControl, 'weightBank'>; // of its tile's psums
  readonly psums: number; // to drain after it; 0: they stay, for more channels of the same tile
  readonly base: number; // of these psums
  readonly header: number; // address of its load's first header
  readonly tap: number; // address of its load's first taps in every column
  readonly entry: number; // address of its entry in every row
  /** Whatever the machine around wants to know when the wave starts and ends. */
  readonly tag: number;
}

/** Switching to the weight bank just loaded, or to the psum bank just filled. */
export const BANK_SWITCH = 2;

export interface SequencerInputs {
  /** Taken where `recordReady`. */
  readonly record: WaveRecord | undefined;
}

export class Sequencer {
  running = false;
  control: WaveControl | undefined;
  entryAddress = 0; // of the next wave
  load: Load | undefined;
  drain: Drain | undefined;
  started = 0; // tag of the wave that starts, with `control`
  ended: { readonly tag: number } | undefined;
  finish = false;

  readonly #gap: number;
  readonly #oneBank: boolean;
  #busy = false; // `now` runs
  #now: WaveRecord | undefined;
  #next: { readonly wave: WaveRecord; readonly bank: number } | undefined;
  #bank = 0; // weights of the next record
  #closed = false; // the final record is taken
  #lastDrain = false;
  #left = 0; // slots of this wave after this one
  #loading = 0; // slots until the next wave's weights are there, likewise
  #draining = 0; // slots until the psums of the tile before are out, likewise
  #record: WaveRecord | undefined;

  constructor({ channelGap, psumBanks }: { channelGap: number; psumBanks: 1 | 2 }) {
    this.#gap = channelGap;
    this.#oneBank = psumBanks === 1;
  }

  get recordReady(): boolean {
    return !this.#closed && (this.#next === undefined || this.#advances);
  }

  tick({ record }: SequencerInputs): void {
    this.#record = this.recordReady ? record : undefined;
  }

  commit(): void {
    const [now, next, ends, drains] = [this.#now, this.#next, this.#ends, this.#drains];
    const lastOut = this.#lastDrain && this.#draining === 0;
    const advances = this.#advances;
    [this.control, this.load, this.drain, this.ended] = [undefined, undefined, undefined, undefined];
    if (this.finish) this.running = false;
    this.finish = false;
    this.#left = Math.max(0, this.#left - 1);
    this.#loading = Math.max(0, this.#loading - 1);
    this.#draining = Math.max(0, this.#draining - 1);
    if (ends) this.#end(now!, drains);
    if ((ends && now!.final && !drains) || lastOut) this.#finish();
    if (advances) this.#advance(next!);
    if (this.#record) this.#take(this.#record);
  }

  /** Whether the next wave's weights are there does not matter: psums leave while they load. */
  get #ends(): boolean {
    return this.#busy && this.#left === 0 && (!this.#now!.endsTile || this.#draining === 0);
  }

  get #drains(): boolean {
    return this.#now?.endsTile === true && this.#now.psums > 0;
  }

  /** With one bank the psums leave between two tiles, and the next wave waits until they are out. */
  get #advances(): boolean {
    if (!this.#next || this.#loading > 0) return false;
    if (!this.#oneBank) return this.#ends || !this.#busy;
    return this.#busy ? this.#ends && !this.#drains : this.#draining === 0;
  }

  #end({ tag, base, psums, place, final }: WaveRecord, drains: boolean): void {
    this.#busy = false;
    this.ended = { tag };
    if (drains) {
      this.drain = { base, count: psums, bank: place.psumBank };
      this.#draining = psums + BANK_SWITCH - 1;
    }
    this.#lastDrain = final && drains;
  }

  #advance({ wave, bank }: { readonly wave: WaveRecord; readonly bank: number }): void {
    [this.#busy, this.#now, this.#next] = [true, wave, undefined];
    this.control = { weightBank: bank, ...wave.place };
    this.started = wave.tag;
    this.#left = wave.slots + this.#gap - 1;
  }

  #take(record: WaveRecord): void {
    this.running = true;
    const bank = this.#bank;
    this.#bank = 1 - bank;
    this.entryAddress = record.entry;
    if (record.final && !record.endsTile) {
      this.finish = true;
      return;
    }
    this.#closed = record.final;
    this.load = { words: record.words, header: record.header, tap: record.tap, bank };
    this.#loading = record.words + BANK_SWITCH - 1;
    this.#next = { wave: record, bank };
  }

  #finish(): void {
    [this.finish, this.#lastDrain, this.#closed] = [true, false, false];
  }
}
