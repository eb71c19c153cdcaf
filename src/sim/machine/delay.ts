/** Registers in a row. */
export class Delay {
  readonly #bits: boolean[];

  constructor(length: number) {
    this.#bits = new Array(length).fill(false);
  }

  get out(): boolean {
    return this.#bits.at(-1)!;
  }

  shift(bit: boolean): void {
    this.#bits.copyWithin(1, 0);
    this.#bits[0] = bit;
  }
}
