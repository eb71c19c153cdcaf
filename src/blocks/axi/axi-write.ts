/** Writes bursts over AXI4, reading their beats from a memory, and counts the answers. Silicon: axi_write.sv. */
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
const MOST_OPEN = 255;

export class AxiWrite {
  readonly #addresses = new Fifo<WriteAddress>(2);
  readonly #data = new Fifo<WriteBeat>(QUEUE);
  #open = 0; // bursts begun and not yet answered
  #index = 0; // of the beat in its burst
  #taken = 0; // places of the queue: of beats in it and on their way
  #last: boolean | undefined; // of the beat that is read
  #inputs: AxiWriteInputs | undefined;

  get idle(): boolean {
    return this.#open === 0;
  }

  get address(): WriteAddress | undefined {
    return this.#addresses.out;
  }

  get data(): WriteBeat | undefined {
    return this.#data.out;
  }

  readAddress(burst: Burst | undefined): number {
    return (burst?.slot ?? 0) * BURST + this.#index;
  }

  /** Whether the burst's last beat is read. */
  takes(burst: Burst | undefined): boolean {
    return this.#reads(burst) && this.#index === burst?.last;
  }

  #reads(burst: Burst | undefined): boolean {
    if (!burst || this.#taken === QUEUE) return false;
    return this.#index > 0 || (this.#addresses.inReady && this.#open < MOST_OPEN);
  }

  tick(inputs: AxiWriteInputs): void {
    this.#inputs = inputs;
    const { burst, readData, addressTaken, dataTaken } = inputs;
    const begins = this.#reads(burst) && this.#index === 0;
    this.#addresses.tick({ word: begins ? burst : undefined, outReady: addressTaken });
    const arrives = this.#last === undefined ? undefined : { data: readData!, last: this.#last };
    this.#data.tick({ word: arrives, outReady: dataTaken });
  }

  commit(): void {
    const { burst, dataTaken, answered } = this.#inputs!;
    const [reads, takes] = [this.#reads(burst), this.takes(burst)];
    this.#open += Number(reads && this.#index === 0) - Number(answered);
    this.#taken += Number(reads) - Number(dataTaken && this.data !== undefined);
    this.#last = reads ? takes : undefined;
    if (reads) this.#index = takes ? 0 : this.#index + 1;
    this.#addresses.commit();
    this.#data.commit();
  }
}
