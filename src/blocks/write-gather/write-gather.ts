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

/** A step and what its stream is like. */
interface Known {
  readonly step: Step;
  readonly run: Run | undefined; // that is open
  readonly half: number; // which of the stream's slots is filled
  readonly busy: readonly [boolean, boolean]; // slots that still wait to be read
}

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
  #aside: Step | undefined; // came while the first could not move on
  #first: Step | undefined; // cycle 1
  #second: Step | undefined; // cycle 2: its stream is looked up
  #third: Known | undefined; // cycle 3: stored
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
    return this.#aside === undefined && this.#flushed === undefined;
  }

  get burst(): Burst | undefined {
    return this.#bursts.out;
  }

  tick(inputs: WriteGatherInputs): void {
    this.#inputs = inputs;
    this.#bursts.tick({ word: this.#closed, outReady: inputs.burstTaken });
  }

  get #closesOld(): boolean {
    return this.#third?.step.begins === true && this.#third.run !== undefined;
  }

  get #leaves(): boolean {
    if (!this.#third || this.#closesOld) return false;
    const { step, half, busy } = this.#third;
    return step.address === undefined || !busy[half];
  }

  /** The run as the beat in cycle 3 leaves it, or undefined where none is stored. */
  get #grown(): Run | undefined {
    const address = this.#third?.step.address;
    if (address === undefined || !this.#leaves) return undefined;
    const { run } = this.#third!;
    if (run) return { start: run.start, count: run.count + 1, left: run.left - 1 };
    return { start: address, count: 1, left: Math.min(BURST, BORDER - (address % BORDER)) - 1 };
  }

  get #closed(): Burst | undefined {
    const grown = this.#grown;
    const closed = this.#closesOld ? this.#third!.run : grown;
    if (!closed || (grown && !this.#third!.step.ends && grown.left > 0)) return undefined;
    const { step, half } = this.#third!;
    return { slot: 2 * step.stream + half, address: closed.start, last: closed.count - 1 };
  }

  commit(): void {
    const { write, flush, freed, readAddress } = this.#inputs!;
    const [grown, closed, leaves, third] = [this.#grown, this.#closed, this.#leaves, this.#third];
    // What is looked up while the stream's last beat is stored would be too old.
    const other = !third || (leaves && third.step.stream !== this.#second?.stream);
    const looks = this.#second !== undefined && other;
    const enters = this.#first !== undefined && (!this.#second || looks);
    this.idle = !write && !flush && this.#isIdle();
    this.readData = this.#words[readAddress];
    const looked = looks ? this.#look(this.#second!, freed) : undefined;
    if (third) this.#store(third, { grown, closed });
    if (freed !== undefined) this.#busy[freed] = false;
    if (closed) this.#busy[closed.slot] = true;
    if (looked || leaves) this.#third = looked;
    else if (third) this.#third = this.#stays(third, freed);
    if (looks || enters) this.#second = enters ? this.#first : undefined;
    this.#take(write, enters);
    if (flush) this.#flushed = 0;
    this.#bursts.commit();
  }

  #look(step: Step, freed: number | undefined): Known {
    const { stream } = step;
    const busy = [2 * stream, 2 * stream + 1].map((slot) => this.#busy[slot]! && slot !== freed);
    return { step, run: this.#runs[stream], half: this.#half[stream]!, busy: [busy[0]!, busy[1]!] };
  }

  #store(
    { step: { stream, data }, half }: Known,
    run: { grown: Run | undefined; closed: Burst | undefined },
  ) {
    const { grown, closed } = run;
    if (grown) this.#words[(2 * stream + half) * BURST + grown.count - 1] = data;
    if (grown || closed) this.#runs[stream] = closed ? undefined : grown;
    if (closed) this.#half[stream] = 1 - half;
  }

  /** Once the old run of its stream is closed, a beat fills the other slot; until that is free, it waits. */
  #stays({ step, run, half, busy }: Known, freed: number | undefined): Known {
    const stillBusy = (h: 0 | 1): boolean => busy[h] && 2 * step.stream + h !== freed;
    const closes = step.begins && run !== undefined;
    return {
      ...{ step, run: closes ? undefined : run, half: closes ? 1 - half : half },
      busy: [stillBusy(0), stillBusy(1)],
    };
  }

  #take(write: Write | undefined, enters: boolean): void {
    const incoming = this.#aside ? undefined : this.#next(write);
    if (!this.#first || enters) [this.#first, this.#aside] = [this.#aside ?? incoming, undefined];
    else this.#aside ??= incoming;
  }

  /** What comes into cycle 1: a flush is a beat for each stream that begins anew and is not stored. */
  #next(write: Write | undefined): Step | undefined {
    const stream = this.#flushed;
    if (stream === undefined) return write;
    this.#flushed = stream + 1 === this.#streams ? undefined : stream + 1;
    return { stream, begins: true, ends: false };
  }

  #isIdle(): boolean {
    const moving = this.#aside ?? this.#first ?? this.#second ?? this.#third ?? this.#flushed ?? this.burst;
    return moving === undefined && this.#runs.every((run) => run === undefined);
  }
}
