/** Gathers the beats of several streams into bursts, none over a border of 4 KB. Silicon: write_gather.sv, which draws it. */
import { Fifo } from '../fifo/fifo.ts';
import type { Beat } from '../table-memory/beat.ts';

/** A beat to be written, of a stream of beats on end. */
export interface Write {
  readonly stream: number;
  readonly begins: boolean; // does not follow the stream's beat before
  readonly ends: boolean; // no beat follows it; where that is known
  readonly address: number; // of a beat
  readonly data: Beat;
}

export interface Burst {
  readonly slot: number;
  readonly address: number;
  readonly last: number; // beats behind the first one
}

export interface WriteGatherInputs {
  readonly write: Write | undefined;
  readonly flush: boolean; // a pulse, while nothing comes in
  readonly burstTaken: boolean;
  readonly freed: number | undefined; // the slot whose last beat has been read
  readonly readAddress: number; // slot and beat
}

export const BURST = 16;
const BORDER = 256; // beats of 4 KB

interface Run {
  readonly start: number;
  readonly count: number; // beats it has
  readonly left: number; // beats that it may still get
}

/** A beat, or, without an address, what closes its stream's run. */
type Step = Pick<Write, 'stream' | 'begins' | 'ends'> & { readonly address?: number; readonly data?: Beat };

export class WriteGather {
  idle = true;
  readData: Beat | undefined; // read in the cycle before
  readonly #streams: number;
  readonly #bursts: Fifo<Burst>;
  readonly #words: (Beat | undefined)[];
  readonly #runs: (Run | undefined)[];
  readonly #half: number[];
  readonly #busy: boolean[];
  #flushed: number | undefined; // streams, while flushing
  #first: Step | undefined; // cycle 1
  #second: Step | undefined; // cycles 2 and 3
  #looks = false; // cycle 2
  #blocked = false; // the slot that the stream fills still waits to be read
  #inputs: WriteGatherInputs | undefined;

  constructor(streams: number) {
    this.#streams = streams;
    this.#bursts = new Fifo(2 * streams);
    this.#words = new Array(2 * streams * BURST).fill(undefined);
    this.#runs = new Array(streams).fill(undefined);
    this.#half = new Array(streams).fill(0);
    this.#busy = new Array(2 * streams).fill(false);
  }

  get inReady(): boolean {
    return this.#first === undefined && this.#flushed === undefined;
  }

  get burst(): Burst | undefined {
    return this.#bursts.out;
  }

  tick(inputs: WriteGatherInputs): void {
    this.#inputs = inputs;
    this.#bursts.tick({ word: this.#closed, outReady: inputs.burstTaken });
  }

  /** The open run that the beat in cycle 3 may belong to. */
  get #run(): Run | undefined {
    return this.#second && this.#runs[this.#second.stream];
  }

  get #closesOld(): boolean {
    return !this.#looks && this.#second?.begins === true && this.#run !== undefined;
  }

  get #leaves(): boolean {
    if (!this.#second || this.#looks || this.#closesOld) return false;
    return this.#second.address === undefined || !this.#blocked;
  }

  /** The run as the beat in cycle 3 leaves it, or undefined where none is stored. */
  get #grown(): Run | undefined {
    const address = this.#second?.address;
    if (address === undefined || !this.#leaves) return undefined;
    const run = this.#run;
    if (run) return { start: run.start, count: run.count + 1, left: run.left - 1 };
    return { start: address, count: 1, left: Math.min(BURST, BORDER - (address % BORDER)) - 1 };
  }

  get #closed(): Burst | undefined {
    const grown = this.#grown;
    const closed = this.#closesOld ? this.#run : grown;
    if (!closed || (grown && !this.#second!.ends && grown.left > 0)) return undefined;
    return { slot: this.#slot(this.#second!.stream), address: closed.start, last: closed.count - 1 };
  }

  #slot(stream: number): number {
    return 2 * stream + this.#half[stream]!;
  }

  commit(): void {
    const { write, flush, freed, readAddress } = this.#inputs!;
    const [grown, closed, leaves] = [this.#grown, this.#closed, this.#leaves];
    const enters = this.#first !== undefined && (!this.#second || leaves);
    this.idle = !write && !flush && this.#isIdle();
    this.readData = this.#words[readAddress];
    if (this.#second) {
      const { stream, data } = this.#second;
      const slot = this.#slot(stream);
      this.#blocked = this.#busy[slot]!;
      if (grown) this.#words[slot * BURST + grown.count - 1] = data;
      if (grown || closed) this.#runs[stream] = closed ? undefined : grown;
      if (closed) this.#half[stream] = 1 - this.#half[stream]!;
    }
    if (freed !== undefined) this.#busy[freed] = false;
    if (closed) this.#busy[closed.slot] = true;
    this.#looks = !this.#looks || enters;
    const first = this.#first ? (enters ? undefined : this.#first) : this.#next(write);
    if (enters || leaves) this.#second = enters ? this.#first : undefined;
    this.#first = first;
    if (flush) this.#flushed = 0;
    this.#bursts.commit();
  }

  /** What comes into cycle 1: a flush is a beat for each stream that begins anew and is not stored. */
  #next(write: Write | undefined): Step | undefined {
    const stream = this.#flushed;
    if (stream === undefined) return write;
    this.#flushed = stream + 1 === this.#streams ? undefined : stream + 1;
    return { stream, begins: true, ends: false };
  }

  #isIdle(): boolean {
    const moving = this.#first ?? this.#second ?? this.#flushed ?? this.burst;
    return moving === undefined && this.#runs.every((run) => run === undefined);
  }
}
