/**
 * Drains a tile: one drain command a cycle into row 0, and for each column when and for which address a psum leaves
 * at the south edge. Its silicon is psum_drain.sv, which draws it.
 */
import { FEED } from '../feed.ts';
import type { DrainCommand } from '../pe/pe.ts';

/** Psums [base, base + count) of one bank. */
export interface Drain {
  readonly base: number;
  readonly count: number;
  readonly bank: number;
}

export interface PsumDrainInputs {
  readonly drain: Drain | undefined; // defined: a drain starts
  readonly finish: boolean; // after the last drain of a program
}

const PE_CYCLES = 3; // from a command on a PE's west wires to its psum on the south wires

export class PsumDrain {
  readonly #feed: (DrainCommand | undefined)[] = new Array(FEED).fill(undefined);
  readonly #south: (DrainCommand | undefined)[];
  readonly #finish: boolean[];
  readonly #pastRows: number;
  #left = 0;
  #next = 0;
  #bank = 0;
  #inputs: PsumDrainInputs = { drain: undefined, finish: false };

  constructor({ rows, cols }: { rows: number; cols: number }) {
    this.#pastRows = rows - 1 + PE_CYCLES;
    this.#south = new Array(this.#pastRows + cols - 1).fill(undefined);
    this.#finish = new Array(FEED + rows + cols - 2).fill(false);
  }

  /** On row 0's west edge. */
  get command(): DrainCommand | undefined {
    return this.#feed[FEED - 1];
  }

  /** The psum address that leaves a column in this cycle. */
  leaving(column: number): number | undefined {
    return this.#south[this.#pastRows - 1 + column]?.address;
  }

  get finished(): boolean {
    return this.#finish.at(-1)!;
  }

  tick(inputs: PsumDrainInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { drain, finish } = this.#inputs;
    shift(this.#south, this.command);
    if (drain) [this.#left, this.#next, this.#bank] = [drain.count, drain.base, drain.bank];
    shift(this.#feed, this.#left > 0 ? { address: this.#next, bank: this.#bank } : undefined);
    if (this.#left > 0) [this.#left, this.#next] = [this.#left - 1, this.#next + 1];
    shift(this.#finish, finish);
  }
}

/** A chain of registers takes one step. */
function shift<T>(chain: T[], first: T): void {
  chain.copyWithin(1, 0);
  chain[0] = first;
}
