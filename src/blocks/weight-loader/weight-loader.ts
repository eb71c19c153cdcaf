/**
 * Feeds the column chains: for each load, words of `weightLanes` taps a column, one word a cycle, every column a
 * cycle behind its neighbour. Its silicon is weight_loader.sv, which draws it.
 */
import { FEED } from '../feed.ts';
import { type ChainWord, freshLoad, type Tap, type TapEntry } from '../pe/pe.ts';

/** A word of a load as all columns see it: for each lane, whether its tap is the last of its row; undefined: no tap. */
export type LoadHeader = readonly ({ readonly last: boolean } | undefined)[];

/** The same word as one column sees it; undefined where the column holds nothing. */
export type TapWord = readonly (Tap | undefined)[];

export interface Load {
  readonly words: number;
  readonly header: number; // address of its first header
  /** Address of its first taps: beat * 2^s + word of the beat, s bits tell its words apart. */
  readonly tap: number;
  readonly base: number; // word of a PE's taps where it begins
}

export interface WeightLoaderInputs {
  readonly load: Load | undefined; // defined: a load starts
  readonly header: LoadHeader | undefined; // what the memory gave for headerAddress of two cycles before
  readonly taps: readonly (TapWord | undefined)[]; // of each column, likewise
}

/** A word whose header was asked for. */
interface Fetch {
  readonly first: boolean; // of its load
  readonly tap: number; // address of the load's first taps
}

export interface WeightLoaderShape {
  readonly cols: number;
  readonly wordsPerBeat?: number;
  /** Of taps without offsets, which lie closer: from this address on, its highest bit. */
  readonly bareWords?: number;
  readonly bareFrom?: number;
}

/** What is on its way to the chains: where a load begins, or the header of a word. */
type Coming = { readonly base: number } | LoadHeader;

const AHEAD = FEED - 5; // cycles that a load waits here before its first header's address is given

export class WeightLoader {
  headerAddress = 0;
  readonly tapAddress: Int32Array; // of each column

  readonly #loads: (Load | undefined)[] = new Array(AHEAD).fill(undefined);
  readonly #chains: (ChainWord | undefined)[];
  readonly #coming: (Coming | undefined)[]; // for each column's chain
  #left = 0;
  #base = 0;
  #fetching: Fetch | undefined; // a word whose header's address is out
  #onItsWay: Fetch | undefined;
  #arriving: Fetch | undefined; // one whose header is there
  #inputs: WeightLoaderInputs = { load: undefined, header: undefined, taps: [] };

  readonly #words: { readonly whole: number; readonly bare: number }; // a beat
  readonly #bareFrom: number;
  readonly #beat: number; // addresses from a beat to the next one

  constructor({ cols, wordsPerBeat = 1, bareWords = wordsPerBeat, bareFrom = 2 ** 19 }: WeightLoaderShape) {
    this.#words = { whole: wordsPerBeat, bare: bareWords };
    this.#bareFrom = bareFrom;
    this.#beat = 2 ** Math.ceil(Math.log2(bareWords));
    this.tapAddress = new Int32Array(cols);
    this.#chains = new Array(cols).fill(undefined);
    this.#coming = new Array(cols).fill(undefined);
  }

  /** What enters the chain of a column from the north. */
  chain(column: number): ChainWord | undefined {
    return this.#chains[column];
  }

  tick(inputs: WeightLoaderInputs): void {
    this.#inputs = inputs;
  }

  /** Last cycle first, so that each step reads what the one before it left a cycle ago. */
  commit(): void {
    const { load, header, taps } = this.#inputs;
    const chains = this.#chains;
    for (let c = chains.length - 1; c >= 0; c--) {
      const coming = this.#coming[c];
      chains[c] = coming && ('base' in coming ? freshLoad(coming.base) : chainWord(coming, taps[c]));
      if (c === 0) continue;
      this.#coming[c] = this.#coming[c - 1];
      this.tapAddress[c] = this.tapAddress[c - 1]!;
    }
    this.#coming[0] = this.#next(header);

    const next = this.#fetching;
    if (next) this.tapAddress[0] = next.first ? next.tap : this.#after(this.tapAddress[0]!);
    [this.#onItsWay, this.#arriving] = [next, this.#onItsWay];

    const begun = this.#loads.at(-1);
    const remaining = begun ? begun.words : this.#left;
    if (begun) this.headerAddress = begun.header;
    else if (this.#fetching) this.headerAddress++;
    if (begun) this.#base = begun.base;
    this.#fetching = remaining > 0 ? { first: begun !== undefined, tap: begun?.tap ?? 0 } : undefined;
    this.#left = Math.max(0, remaining - 1);

    this.#loads.copyWithin(1, 0);
    this.#loads[0] = load;
  }

  /** A load announces itself while its first header is on its way. */
  #next(header: LoadHeader | undefined): Coming | undefined {
    if (this.#onItsWay?.first) return { base: this.#base };
    if (!this.#arriving) return undefined;
    if (!header) throw new Error('a load went on without its header');
    return header;
  }

  /** The word after one: the next of its beat, or the first of the next beat. */
  #after(tap: number): number {
    const words = tap >= this.#bareFrom ? this.#words.bare : this.#words.whole;
    return tap % this.#beat === words - 1 ? tap + this.#beat - words + 1 : tap + 1;
  }
}

function chainWord(header: LoadHeader, taps: TapWord | undefined): ChainWord {
  const lanes = header.map((entry, l): TapEntry => ({ last: entry?.last ?? false, tap: taps?.[l] }));
  return { fresh: undefined, left: lanes.length, lanes };
}
