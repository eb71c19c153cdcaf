/** The slots of every wave: the most non-zeros times taps of any of its rows. Its silicon is ifm_slots.sv, which draws it. */

/** A row's part in a wave. */
export interface RowWork {
  readonly index: number; // of the wave
  readonly top: boolean; // its row is the first of its group
  readonly slots: number;
}

const CYCLES = 4; // from a row's work to its place in memory

export class IfmSlots {
  out = 0; // of the wave at the address of the cycle before
  readonly #entries: number;
  readonly #most: number[] = [];
  readonly #waves: number[] = [];
  readonly #onItsWay: ({ readonly at: number; readonly slots: number } | undefined)[] = [];
  #inputs = { work: undefined as RowWork | undefined, half: 0, address: 0 };

  constructor(entries: number) {
    this.#entries = entries;
  }

  tick(inputs: {
    readonly work: RowWork | undefined;
    readonly half: number;
    readonly address: number;
  }): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { work, half, address } = this.#inputs;
    this.out = this.#waves[address] ?? 0;
    const at = half * this.#entries + (work?.index ?? 0);
    if (work) this.#most[at] = work.top ? work.slots : Math.max(work.slots, this.#most[at]!);
    this.#onItsWay.push(work && { at, slots: this.#most[at]! });
    const written = this.#onItsWay.length > CYCLES ? this.#onItsWay.shift() : undefined;
    if (written) this.#waves[written.at] = written.slots;
  }
}
