/**
 * Where in the ofmap buffer a tile's psums belong, one place a psum in the order of the drain; silicon: ofm_walk.sv.
 *
 *            left         region
 *       top ┌┄┄┄┄┄┄┬┄┄┄┐─────────┐      psums of the tile: width a row, from (top, left) on
 *           ┊ tile │   ┊         │      outside the region: dropped
 *           └┄┄┄┄┄┄┼┄┄┄┘         │      inside: address = first + y * rowStep + x * step, by addition only
 *
 * One walker serves the whole array: places step east from lane to lane as the psums do.
 */
export interface WalkedTile {
  /** Region position of the tile's first psum; negative where the halo reaches out of the region. */
  readonly top: number;
  readonly left: number;
  readonly width: number; // psums a row
  /** Of the first psum, modulo the buffer; it may lie outside where the psum does. */
  readonly address: number;
  readonly step: number; // from a psum to the next one in its row: more than 1 under dilation
  readonly rowStep: number;
  /** Rows and columns of the region that this lowering phase makes. */
  readonly rows: number;
  readonly cols: number;
}

export interface WalkInputs {
  /** Taken at once: with the last psum of the tile before it or later, two cycles before its own first one. */
  readonly tile: WalkedTile | undefined;
  /** A psum leaves the first column. */
  readonly step: boolean;
}

/** The word a psum is added to, or undefined where it is dropped or there is none. */
export type Place = number | undefined;

export class OfmWalk {
  place: Place;
  readonly #depth: number;
  #tile: WalkedTile = { top: 0, left: 0, width: 1, address: 0, step: 1, rowStep: 1, rows: 0, cols: 0 };
  #psum = 0; // psums of the tile that have passed
  #next: { readonly place: Place; readonly tile: WalkedTile; readonly psum: number } | undefined;

  /** For a buffer of `depth` words, a power of two. */
  constructor(depth: number) {
    this.#depth = depth;
  }

  tick({ tile, step }: WalkInputs): void {
    this.#next = {
      place: step ? this.#placeOf(this.#psum) : undefined,
      tile: tile ?? this.#tile,
      psum: tile ? 0 : this.#psum + Number(step),
    };
  }

  commit(): void {
    if (!this.#next) return;
    this.place = this.#next.place;
    this.#tile = this.#next.tile;
    this.#psum = this.#next.psum;
  }

  #placeOf(psum: number): Place {
    const { top, left, width, address, step, rowStep, rows, cols } = this.#tile;
    const [row, column] = [Math.floor(psum / width), psum % width];
    const [y, x] = [top + row, left + column];
    if (y < 0 || x < 0 || y >= rows || x >= cols) return undefined;
    const place = (address + row * rowStep + column * step) % this.#depth;
    return place < 0 ? place + this.#depth : place;
  }
}
