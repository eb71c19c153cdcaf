/** Reads runs of beats over AXI4: requests are cut into bursts, data comes back in their order. Silicon: axi_read.sv. */

/** Beats of 128 bits from one beat on. */
export interface Run {
  readonly address: number;
  readonly beats: number;
}

export interface AxiReadInputs {
  readonly request: Run | undefined;
  readonly taken: boolean; // the burst that is asked for
}

const BURST = 16;

export class AxiRead {
  #address = 0;
  #left = 0;
  #inputs: AxiReadInputs = { request: undefined, taken: false };

  get requestReady(): boolean {
    return this.#left === 0;
  }

  /** The next burst, to the border of its block at most. */
  get burst(): Run | undefined {
    if (this.#left === 0) return undefined;
    return { address: this.#address, beats: Math.min(this.#left, BURST - (this.#address % BURST)) };
  }

  tick(inputs: AxiReadInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { request, taken } = this.#inputs;
    const burst = this.burst;
    if (request && !burst) [this.#address, this.#left] = [request.address, request.beats];
    else if (burst && taken) {
      this.#address += burst.beats;
      this.#left -= burst.beats;
    }
  }
}
