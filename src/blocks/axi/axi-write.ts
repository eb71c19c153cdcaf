/** Writes single beats over AXI4 and counts the answers. Silicon: axi_write.sv. */
import { Fifo } from '../fifo/fifo.ts';
import type { Beat } from '../table-memory/beat.ts';

export interface Write {
  readonly address: number; // of a beat
  readonly data: Beat;
}

export interface AxiWriteInputs {
  readonly write: Write | undefined;
  readonly addressTaken: boolean;
  readonly dataTaken: boolean;
  readonly answered: boolean;
}

const QUEUE = 4;
const MOST_OPEN = 255;

export class AxiWrite {
  readonly #addresses = new Fifo<number>(QUEUE);
  readonly #data = new Fifo<Beat>(QUEUE);
  #open = 0; // beats taken and not yet answered
  #nextOpen = 0;

  get inReady(): boolean {
    return this.#addresses.inReady && this.#data.inReady && this.#open < MOST_OPEN;
  }

  get idle(): boolean {
    return this.#open === 0;
  }

  get address(): number | undefined {
    return this.#addresses.out;
  }

  get data(): Beat | undefined {
    return this.#data.out;
  }

  tick({ write, addressTaken, dataTaken, answered }: AxiWriteInputs): void {
    const taken = this.inReady ? write : undefined;
    this.#nextOpen = this.#open + Number(taken !== undefined) - Number(answered);
    this.#addresses.tick({ word: taken?.address, outReady: addressTaken });
    this.#data.tick({ word: taken?.data, outReady: dataTaken });
  }

  commit(): void {
    this.#open = this.#nextOpen;
    this.#addresses.commit();
    this.#data.commit();
  }
}
