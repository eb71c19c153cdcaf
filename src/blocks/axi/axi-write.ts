/** Writes bursts over AXI4, reading their beats from a memory, and counts the answers. Silicon: axi_write.sv, which draws it. */
import { Fifo } from '../fifo/fifo.ts';
import type { Beat } from '../table-memory/beat.ts';
import { BURST, type Burst } from '../write-gather/write-gather.ts';

/** A beat on its way to memory, and whether it is the last one of its burst. */
export interface WriteBeat {
  readonly data: Beat;
  readonly last: boolean;
}

/** What goes before the beats: where the first one belongs, and how many follow it. */
export type WriteAddress = Pick<Burst, 'address' | 'last'>;

export interface AxiWriteInputs {
  readonly burst: Burst | undefined;
  readonly readData: Beat | undefined; // read in the cycle before
  readonly addressTaken: boolean;
  readonly dataTaken: boolean;
  readonly answered: boolean;
}

const QUEUE = 8;
const ADDRESSES = 4;
const MOST_OPEN = 255;

export class AxiWrite {
  idle = true; // a cycle late
  freed: number | undefined; // the slot whose last beat was read in the cycle before
  readonly #addresses = new Fifo<WriteAddress>(ADDRESSES);
  readonly #data = new Fifo<WriteBeat>(QUEUE);
  #burst: Burst | undefined; // held
  #index = 0; // of the beat in its burst
  #open = 0; // bursts begun and not yet answered
  #taken = 0; // places of the queue: of beats in it and on their way
  #room = true;
  #mayBegin = true;
  #last: boolean | undefined; // of the beat that was read
  #inputs: AxiWriteInputs | undefined;

  get address(): WriteAddress | undefined {
    return this.#addresses.out;
  }

  get data(): WriteBeat | undefined {
    return this.#data.out;
  }

  get burstReady(): boolean {
    return this.#burst === undefined || this.#ends;
  }

  /** Of the beat that is read in this cycle. */
  get readAddress(): number | undefined {
    return this.#reads ? this.#burst!.slot * BURST + this.#index : undefined;
  }

  get #reads(): boolean {
    return this.#burst !== undefined && this.#room && (this.#index > 0 || this.#mayBegin);
  }

  get #begins(): boolean {
    return this.#reads && this.#index === 0;
  }

  get #ends(): boolean {
    return this.#reads && this.#index === this.#burst!.last;
  }

  tick(inputs: AxiWriteInputs): void {
    this.#inputs = inputs;
    const { readData, addressTaken, dataTaken } = inputs;
    this.#addresses.tick({ word: this.#begins ? this.#burst : undefined, outReady: addressTaken });
    const arrives = this.#last === undefined ? undefined : { data: readData!, last: this.#last };
    this.#data.tick({ word: arrives, outReady: dataTaken });
  }

  commit(): void {
    const { burst, dataTaken, answered } = this.#inputs!;
    const [reads, begins, ends] = [this.#reads, this.#begins, this.#ends];
    this.idle = !burst && !this.#burst && this.#open === 0;
    this.#room = this.#taken < QUEUE - 1;
    this.#mayBegin = this.#addresses.count < ADDRESSES - 1 && this.#open < MOST_OPEN - 1;
    this.freed = ends ? this.#burst!.slot : undefined;
    this.#last = reads ? ends : undefined;
    this.#open += Number(begins) - Number(answered);
    this.#taken += Number(reads) - Number(dataTaken && this.data !== undefined);
    if (!this.#burst || ends) [this.#burst, this.#index] = [burst, 0];
    else if (reads) this.#index++;
    this.#addresses.commit();
    this.#data.commit();
  }
}
