/**
 * The order of everything: reads a program of waves and starts wave, load and drain in their slots.
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
}

/** Switching to the weight bank just loaded, or to the psum bank just filled. */
export const BANK_SWITCH = 2;

export interface SequencerInputs {
  readonly go: boolean;
  readonly record: WaveRecord | undefined; // what the memory gave for recordAddress of the cycle before
}

type State = 'idle' | 'first load' | 'waves' | 'last drain' | 'done';

export class Sequencer {
  recordAddress = 0;
  running = false;
  control: WaveControl | undefined;
  load: Load | undefined;
  drain: Drain | undefined;
  finish = false;

  readonly #gap: number;
  readonly #oneBank: boolean;
  #state: State = 'idle';
  #now: WaveRecord | undefined; // undefined under the first load
  #next: WaveRecord | undefined;
  #weightBank = 0; // of the next wave
  #left = 0; // slots of this wave after this one
  #draining = 0; // slots until the psums of the tile before are out, likewise
  #leftBetween = false; // with one psum bank: this tile's drain has started
  #inputs: SequencerInputs = { go: false, record: undefined };

  constructor({ channelGap, psumBanks }: { channelGap: number; psumBanks: 1 | 2 }) {
    this.#gap = channelGap;
    this.#oneBank = psumBanks === 1;
  }

  tick(inputs: SequencerInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { go, record } = this.#inputs;
    const [state, over, drained] = [this.#state, this.#left === 0, this.#draining === 0];
    [this.control, this.load, this.drain] = [undefined, undefined, undefined];
    if (this.finish) this.running = false;
    this.finish = false;
    if (!over) this.#left--;
    if (!drained) this.#draining--;

    if (state === 'idle' && go) {
      this.#state = 'first load';
      this.#next = record;
      this.recordAddress++;
    } else if (state === 'first load') this.#firstLoad(this.#next!);
    else if (state === 'waves' && over && (!this.#now?.endsTile || drained)) this.#endWave(record);
    else if (state === 'last drain' && drained) this.#end();
  }

  #firstLoad({ final, endsTile, words }: WaveRecord): void {
    this.running = true;
    if (final && !endsTile) this.#end();
    else {
      this.#state = 'waves';
      this.load = { words, bank: this.#weightBank };
      this.#left = words + BANK_SWITCH - 1;
    }
  }

  #endWave(following: WaveRecord | undefined): void {
    const now = this.#now;
    const drains = now?.endsTile && now.psums > 0 && !this.#leftBetween;
    if (drains) {
      this.drain = { base: now.base, count: now.psums, bank: now.place.psumBank };
      this.#draining = now.psums + BANK_SWITCH - 1;
      this.#leftBetween = this.#oneBank;
      if (this.#oneBank) return;
    }
    if (now?.final) {
      if (drains) this.#state = 'last drain';
      else this.#end();
    } else this.#startWave(following);
  }

  #startWave(following: WaveRecord | undefined): void {
    const wave = this.#next!;
    const compute = wave.slots + this.#gap;
    const load = wave.final ? 0 : following!.words + BANK_SWITCH;
    this.control = { weightBank: this.#weightBank, ...wave.place };
    this.#left = Math.max(compute, load) - 1;
    this.#leftBetween = false;
    this.#weightBank = 1 - this.#weightBank;
    if (!wave.final) this.load = { words: following!.words, bank: this.#weightBank };
    [this.#now, this.#next] = [wave, following];
    this.recordAddress++;
  }

  #end(): void {
    this.finish = true;
    this.#state = 'done';
  }
}
