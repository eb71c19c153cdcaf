/**
 * The pace of a row: waves that are announced wait here until the row has done what came before, each row for itself.
 * Its silicon is row_pace.sv, which draws it.
 */
import { Fifo } from '../fifo/fifo.ts';
import type { RowEntry, WaveControl } from '../ifm-stream/ifm-stream.ts';

/** Waves that are announced, or whose weights are on their way, at once: at most. */
export const IN_FLIGHT = 8;

/** A wave whose weights are there. */
export interface AnnouncedWave extends WaveControl {
  readonly entry: number; // address of its entry in every row
}

/** Slots before its end in which row 0 says that it is done, so that this is known in time; each row below one more. */
const HEARD = 7;

export interface RowPaceInputs {
  readonly announced: AnnouncedWave | undefined;
  readonly entry: RowEntry | undefined; // what the memory gave for entryAddress of the cycle before
}

export class RowPace {
  announced: AnnouncedWave | undefined; // to the row below
  /** A bit a wave, modulo IN_FLIGHT: it changes before the row is done with the wave, so that this is known when it is. */
  done = 0;
  readonly #gap: number;
  readonly #nearly: number;
  readonly #waiting = new Fifo<AnnouncedWave>(IN_FLIGHT);
  #first: AnnouncedWave | undefined; // out of the queue
  #there = false; // its entry
  #busy = false;
  #left = 0; // slots of the wave that runs, its gap included, after this one
  #says = false; // that it is nearly done
  #runs = 0; // which wave, modulo IN_FLIGHT
  #inputs: RowPaceInputs = { announced: undefined, entry: undefined };

  constructor({ channelGap }: { channelGap: number }, row: number) {
    this.#gap = channelGap;
    this.#nearly = row + HEARD;
  }

  /** The wave that starts in this cycle. */
  get control(): WaveControl | undefined {
    return this.#there && !this.#busy ? this.#first : undefined;
  }

  get entryAddress(): number {
    return this.#first?.entry ?? 0;
  }

  get #takes(): boolean {
    return this.#first === undefined || this.control !== undefined;
  }

  tick(inputs: RowPaceInputs): void {
    this.#inputs = inputs;
    this.#waiting.tick({ word: inputs.announced, outReady: this.#takes });
  }

  commit(): void {
    const { announced, entry } = this.#inputs;
    const [starts, takes] = [this.control !== undefined, this.#takes];
    if (starts && !entry) throw new Error('a wave started without its entry');
    this.#there = this.#first !== undefined && !starts;
    if (takes) this.#first = this.#waiting.out;
    if (this.#says && this.#left <= this.#nearly) {
      this.#says = false;
      this.done ^= 1 << this.#runs;
      this.#runs = (this.#runs + 1) % IN_FLIGHT;
    }
    if (starts) [this.#busy, this.#says, this.#left] = [true, true, entry!.slots + this.#gap - 1];
    else if (this.#busy) this.#left--;
    if (this.#left === 0) this.#busy = false;
    this.announced = announced;
    this.#waiting.commit();
  }
}
