/**
 * Feeds the column chains: for each load, words of `weightLanes` taps a column, one word a cycle, every column a
 * cycle behind its neighbour. Its silicon is weight_loader.sv, which draws it.
 */
import type { ChainWord, Tap } from '../pe/pe.ts';

/** A word of a load as all columns see it: for each lane, whether its tap is the last of its row; undefined: no tap. */
export type LoadHeader = readonly ({ readonly last: boolean } | undefined)[];

/** The same word as one column sees it; undefined where the column holds nothing. */
export type TapWord = readonly (Tap | undefined)[];

export interface Load {
  readonly words: number;
  readonly bank: number;
}

export interface WeightLoaderInputs {
  readonly load: Load | undefined; // defined: a load starts
  readonly header: LoadHeader | undefined; // what the memory gave for headerAddress of the cycle before
}

interface Place {
  readonly row: number;
  readonly word: number;
}
interface PlacedWord {
  readonly bank: number;
  readonly lanes: readonly (Place | undefined)[];
}

export class WeightLoader {
  headerAddress = 0;
  readonly tapAddress: Int32Array;

  readonly #headers: (PlacedWord | undefined)[]; // on each column's chain
  #left = 0;
  #bank = 0;
  #arriving: { readonly first: boolean } | undefined;
  #row = 0;
  #word = 0;
  #placed: PlacedWord | undefined;
  #inputs: WeightLoaderInputs = { load: undefined, header: undefined };

  constructor({ cols }: { cols: number }) {
    this.tapAddress = new Int32Array(cols);
    this.#headers = new Array(cols).fill(undefined);
  }

  /** What enters the chain of a column from the north: its header, and the taps its memory gives in this cycle. */
  chain(column: number, taps: TapWord | undefined): ChainWord | undefined {
    const word = this.#headers[column];
    return (
      word && {
        bank: word.bank,
        lanes: word.lanes.map(
          (place, l) => place && { countdown: place.row, word: place.word, tap: taps?.[l] },
        ),
      }
    );
  }

  tick(inputs: WeightLoaderInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { load, header } = this.#inputs;
    for (let c = this.#headers.length - 1; c > 0; c--) {
      this.#headers[c] = this.#headers[c - 1];
      this.tapAddress[c] = this.tapAddress[c - 1]!;
    }
    this.#headers[0] = this.#placed;
    if (this.#placed) this.tapAddress[0]!++;

    this.#placed = this.#arriving && { bank: this.#bank, lanes: this.#place(header, this.#arriving.first) };

    const remaining = load ? load.words : this.#left;
    this.#arriving = remaining > 0 ? { first: load !== undefined } : undefined;
    this.#left = Math.max(0, remaining - 1);
    if (load) this.#bank = load.bank;
    if (remaining > 0) this.headerAddress++;
  }

  /** Row and word of each lane's tap, counted from tap to tap. */
  #place(header: LoadHeader | undefined, first: boolean): readonly (Place | undefined)[] {
    if (!header) throw new Error('a load went on without its header');
    if (first) [this.#row, this.#word] = [0, 0];
    const lanes = header.map((tap) => {
      const place = tap && { row: this.#row, word: this.#word };
      if (tap?.last) [this.#row, this.#word] = [this.#row + 1, 0];
      return place;
    });
    if (!header.at(-1)?.last) this.#word++;
    return lanes;
  }
}
