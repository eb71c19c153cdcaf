/** The machine's registers for a host, over AXI4-Lite. Silicon: axi_lite.sv, which lists them. */
export interface AxiLiteInputs {
  readonly busy: boolean;
  readonly done: boolean; // a pulse
  readonly overflow: boolean;
  readonly cycles: number;
  readonly writeAddress: number | undefined; // of a byte
  readonly writeData: number | undefined; // 32 bits, unsigned
  readonly answerTaken: boolean;
  readonly readAddress: number | undefined;
  readonly dataTaken: boolean;
}

export class AxiLite {
  start = false;
  descriptor = 0;
  answers = false; // a write is answered
  data: number | undefined; // what was read
  readonly #descriptors: number; // 2^bits
  #finished = false;
  #inputs: AxiLiteInputs | undefined;

  constructor({ beatBits = 28 } = {}) {
    this.#descriptors = 2 ** beatBits;
  }

  /** Whether a write with these inputs is taken in this cycle. */
  writes({ writeAddress, writeData }: Pick<AxiLiteInputs, 'writeAddress' | 'writeData'>): boolean {
    return writeAddress !== undefined && writeData !== undefined && !this.answers;
  }

  get readReady(): boolean {
    return this.data === undefined;
  }

  tick(inputs: AxiLiteInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const inputs = this.#inputs!;
    const { busy, done, writeAddress, writeData, answerTaken, readAddress, dataTaken } = inputs;
    const writes = this.writes(inputs);
    if (this.readReady)
      this.data = readAddress === undefined ? undefined : this.#read(readAddress >> 2, inputs);
    else if (dataTaken) this.data = undefined;
    this.#finished = done || (this.#finished && !this.start);
    const register = writes ? writeAddress! >> 2 : undefined;
    this.start = register === 0 && writeData! % 2 === 1 && !busy;
    if (register === 2) this.descriptor = writeData! % this.#descriptors;
    this.answers = writes || (this.answers && !answerTaken);
  }

  #read(register: number, { busy, overflow, cycles }: AxiLiteInputs): number {
    if (register === 1) return 4 * Number(overflow) + 2 * Number(this.#finished) + Number(busy);
    if (register === 2) return this.descriptor;
    if (register === 3) return cycles % 2 ** 32;
    return register === 4 ? Math.floor(cycles / 2 ** 32) : 0;
  }
}
