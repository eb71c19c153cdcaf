/** From drains to places in the ofmap lanes, and when a region has all of its psums. Silicon: ofm_drain.sv. */
import type { Tile } from '../layer-control/layer.ts';
import { OfmWalk } from '../ofm-walk/ofm-walk.ts';

export interface DrainedTile {
  readonly completes: boolean; // its region
  readonly half: number;
  readonly tile: number;
}

export interface OfmDrainInputs {
  readonly drain: DrainedTile | undefined; // a tile's drain starts
  readonly tile: Tile | undefined; // what the table answers
  readonly pitch: number; // of the region
  readonly leaves: boolean; // a psum leaves column 0
}

export class OfmDrain {
  half = 0; // with `place`
  readonly #walk: OfmWalk;
  readonly #delayed: (DrainedTile | undefined)[];
  readonly #settling: boolean[];
  #begins: DrainedTile | undefined;
  #now: DrainedTile | undefined;
  #left = 0;
  #inputs: OfmDrainInputs | undefined;

  constructor({ rows, cols, words }: { rows: number; cols: number; words: number }) {
    this.#walk = new OfmWalk(words);
    this.#delayed = new Array(rows + 2).fill(undefined);
    this.#settling = new Array(cols + 4).fill(false);
  }

  get place(): number | undefined {
    return this.#walk.place;
  }

  get tileAddress(): number {
    return this.#delayed.at(-1)?.tile ?? 0;
  }

  get regionDone(): boolean {
    return this.#settling.at(-1)!;
  }

  tick(inputs: OfmDrainInputs): void {
    this.#inputs = inputs;
    const { tile, pitch, leaves } = inputs;
    const begins = this.#begins && tile;
    this.#walk.tick({ tile: begins && { ...begins, step: 1, rowStep: pitch }, step: leaves });
  }

  commit(): void {
    const { drain, tile, leaves } = this.#inputs!;
    const last = leaves && this.#now?.completes === true && this.#left === 1;
    this.half = this.#now?.half ?? 0;
    this.#left = this.#begins ? tile!.psums : this.#left - Number(leaves);
    if (this.#begins) this.#now = this.#begins;
    this.#begins = this.#delayed.at(-1);
    this.#delayed.copyWithin(1, 0);
    this.#delayed[0] = drain;
    this.#settling.copyWithin(1, 0);
    this.#settling[0] = last;
    this.#walk.commit();
  }
}
