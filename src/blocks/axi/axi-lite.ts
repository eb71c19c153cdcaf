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

/** Registers by word. */
const [STATUS, DESCRIPTOR, INTERRUPTS] = [1, 2, 5] as const;

export class AxiLite {
  start = false;
  descriptor = 0;
  answers = false; // a write is answered
  writeError = false; // with SLVERR
  data: number | undefined; // what was read
  readError = false;
  readonly #descriptors: number; // 2^bits
  #finished = false;
  #interrupts = false;
  #inputs: AxiLiteInputs | undefined;

  constructor({ beatBits = 28 } = {}) {
    this.#descriptors = 2 ** beatBits;
  }

  /** Whether a write with these inputs is taken in this cycle. */
  writes({ writeAddress, writeData }: Pick<AxiLiteInputs, 'writeAddress' | 'writeData'>): boolean {
    return writeAddress !== undefined && writeData !== undefined && !this.answers;
  }

  get interrupt(): boolean {
    return this.#finished && this.#interrupts;
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
    if (this.readReady) {
      this.data = readAddress === undefined ? undefined : this.#read(readAddress >> 2, inputs);
      if (readAddress !== undefined) this.readError = readAddress >> 2 > INTERRUPTS;
    } else if (dataTaken) this.data = undefined;
    const register = writes ? writeAddress! >> 2 : undefined;
    const forgets = register === STATUS && (writeData! & 2) !== 0;
    this.#finished = done || (this.#finished && !this.start && !forgets);
    this.start = register === 0 && writeData! % 2 === 1 && !busy;
    if (register === DESCRIPTOR) this.descriptor = writeData! % this.#descriptors;
    if (register === INTERRUPTS) this.#interrupts = writeData! % 2 === 1;
    if (register !== undefined) this.writeError = ![0, STATUS, DESCRIPTOR, INTERRUPTS].includes(register);
    this.answers = writes || (this.answers && !answerTaken);
  }

  #read(register: number, { busy, overflow, cycles }: AxiLiteInputs): number {
    if (register === STATUS) return 4 * Number(overflow) + 2 * Number(this.#finished) + Number(busy);
    if (register === DESCRIPTOR) return this.descriptor;
    if (register === 3) return cycles % 2 ** 32;
    if (register === 4) return Math.floor(cycles / 2 ** 32);
    return register === INTERRUPTS ? Number(this.#interrupts) : 0;
  }
}
