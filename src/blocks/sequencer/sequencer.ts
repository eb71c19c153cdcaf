/**
 * The order of everything: takes waves one after another and starts loads, announces waves to the rows and starts
 * drains in their slots. Its silicon is sequencer.sv, which draws it and says what a program is.
 */
import type { Drain } from '../psum-drain/psum-drain.ts';
import { type AnnouncedWave, IN_FLIGHT } from '../row-pace/row-pace.ts';
import type { Load } from '../weight-loader/weight-loader.ts';

/** One wave of a program: a virtual channel a row. */
export interface WaveRecord {
  readonly final: boolean; // no wave follows
  readonly endsTile: boolean;
  readonly words: number; // of its weight load
  readonly place: Pick<AnnouncedWave, 'psumBank' | 'halo' | 'origin' | 'reciprocal'>; // of its tile's psums
  readonly psums: number; // to drain after it; 0: they stay, for more channels of the same tile
  readonly base: number; // of these psums
  readonly header: number; // address of its load's first header
  readonly tap: number; // address of its load's first taps in every column
  readonly entry: number; // address of its entry in every row
  /** Whatever the machine around wants to know when the wave starts and ends. */
  readonly tag: number;
}

/** Switching to the weights just loaded, or to the psum bank just filled. */
export const BANK_SWITCH = 2;

export interface SequencerInputs {
  /** Taken where `recordReady`. */
  readonly record: WaveRecord | undefined;
  /** Words of a PE's taps that a wave's weights take: a power of two, a program's own. */
  readonly weightStep: number;
  /** Of every row: see RowPace.done. */
  readonly done: readonly number[];
}

/** How many waves may have weights in the PEs at once. */
export const wavesAhead = (tapWords: number, weightStep: number): number =>
  Math.min(IN_FLIGHT, tapWords / weightStep);

const ALL = 2 ** IN_FLIGHT - 1;

export class Sequencer {
  running = false;
  announced: AnnouncedWave | undefined;
  load: Load | undefined;
  drain: Drain | undefined;
  started = 0; // tag of the wave that is announced
  ended: { readonly tag: number } | undefined;
  finish = false;

  readonly #tapWords: number;
  #next: { readonly wave: WaveRecord; readonly base: number } | undefined;
  #base = 0; // of the next record's weights
  #inFlight: readonly WaveRecord[] = []; // announced, not over in every row
  #taken = 0; // records whose weights are in the PEs or on their way there, a cycle late
  #room = true; // for one more, likewise
  #over = 0; // waves that are over, modulo twice IN_FLIGHT
  #closed = false; // the final record is taken
  #lastDrain = false;
  #loading = 0; // slots until the next wave's weights are there, after this one
  #draining = 0; // slots until the psums of the tile before are out, likewise
  #drainBank = 0;
  readonly #filling = [false, false]; // psum banks whose tile has its last wave announced and does not drain yet
  // Rows that are done, a cycle late: by wave, modulo IN_FLIGHT.
  #all = 0;
  #any = 0;
  #oldestOver = false; // a cycle after that
  #inputs: SequencerInputs = { record: undefined, weightStep: 1, done: [] };

  /** `tapWords`: words of taps that a PE holds. */
  constructor({ tapWords }: { tapWords: number }) {
    this.#tapWords = tapWords;
  }

  get recordReady(): boolean {
    return this.#room && (this.#next === undefined || this.#advances);
  }

  tick(inputs: SequencerInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { record, weightStep, done } = this.#inputs;
    const [ends, advances] = [this.#ends, this.#advances];
    const takes = this.recordReady ? record : undefined;
    const lastOut = this.#lastDrain && this.#draining === 0;
    this.#taken += Number(this.load !== undefined) - Number(this.ended !== undefined);
    this.#room = this.#taken < wavesAhead(this.#tapWords, weightStep) && !this.#closed;
    this.#oldestOver = !ends && this.#doneEverywhere;
    [this.announced, this.load, this.drain, this.ended] = [undefined, undefined, undefined, undefined];
    if (this.finish) this.running = false;
    this.finish = false;
    this.#loading = Math.max(0, this.#loading - 1);
    this.#draining = Math.max(0, this.#draining - 1);
    if (ends) this.#end();
    if (lastOut) this.#finish();
    if (advances) this.#advance();
    if (takes) this.#take(takes, weightStep);
    this.#all = done.reduce((bits, row) => bits & row, ALL);
    this.#any = done.reduce((bits, row) => bits | row, 0);
  }

  /** Every row is done with the oldest wave. */
  get #doneEverywhere(): boolean {
    const bit = 1 << (this.#over % IN_FLIGHT);
    return this.#over < IN_FLIGHT ? (this.#all & bit) !== 0 : (this.#any & bit) === 0;
  }

  /** It is over, and where its psums drain, those of the tile before are out. */
  get #ends(): boolean {
    return this.#oldestOver && (!drains(this.#inFlight[0]!) || this.#draining === 0);
  }

  /** The next wave's weights are there, and no psums of another tile are in its bank. */
  get #advances(): boolean {
    if (!this.#next || this.#loading > 0) return false;
    const { psumBank } = this.#next.wave.place;
    return !this.#filling[psumBank] && (this.#draining === 0 || this.#drainBank !== psumBank);
  }

  #end(): void {
    const [{ tag, base, psums, place, final, ...rest }, ...others] = this.#inFlight as [WaveRecord];
    this.#inFlight = others;
    this.#over = (this.#over + 1) % (2 * IN_FLIGHT);
    this.ended = { tag };
    const drained = drains({ psums, ...rest });
    if (drained) {
      this.drain = { base, count: psums, bank: place.psumBank };
      [this.#draining, this.#drainBank] = [psums + BANK_SWITCH - 1, place.psumBank];
      this.#filling[place.psumBank] = false;
    }
    this.#lastDrain = final && drained;
    if (final && !drained) this.#finish();
  }

  #finish(): void {
    [this.finish, this.#lastDrain, this.#closed, this.#base] = [true, false, false, 0];
  }

  #advance(): void {
    const { wave, base } = this.#next!;
    this.#next = undefined;
    this.#inFlight = [...this.#inFlight, wave];
    this.announced = { weightBase: base, entry: wave.entry, ...wave.place };
    this.started = wave.tag;
    if (drains(wave)) this.#filling[wave.place.psumBank] = true;
  }

  #take(record: WaveRecord, weightStep: number): void {
    this.running = true;
    if (record.final && !record.endsTile) {
      this.finish = true;
      return;
    }
    this.#closed = record.final;
    const { words, header, tap } = record;
    this.load = { words, header, tap, base: this.#base };
    this.#loading = words + BANK_SWITCH - 1;
    this.#next = { wave: record, base: this.#base };
    this.#base = (this.#base + weightStep) % this.#tapWords;
  }
}

const drains = ({ endsTile, psums }: Pick<WaveRecord, 'endsTile' | 'psums'>): boolean =>
  endsTile && psums > 0;
