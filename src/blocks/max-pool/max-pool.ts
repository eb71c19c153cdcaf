/**
 * Max pooling of byte planes on the way out, one position a cycle; its silicon is max_pool.sv.
 *
 *                  ┌ last two ┐        ┌ last two rows ┐
 *   byte ──▶ key ──┴───▶ max of the row ──┴──────▶ max of the window ──▶ queue ──▶ out
 *
 * The block walks a grid: the padding above and to the left, the plane, and whatever windows reach beyond it, which
 * is what ceil_mode comes to. Padding takes a cycle but no byte, and never wins. Kernel 1 is the bypass.
 */
import { Fifo } from '../fifo/fifo.ts';

type Pair = readonly [y: number, x: number];

export interface PooledPlane {
  readonly signed: boolean; // int8 rather than uint8
  readonly kernel: number; // 1 to 3
  readonly stride: number; // 1 to 3
  readonly pad: Pair; // above and to the left, less than the kernel
  readonly from: Pair; // rows and columns that come in
  readonly to: Pair; // and that go out; ceil_mode is in here
}

/** Positions that are walked, which is how many cycles a plane takes when nobody pauses, but for the start. */
export const poolGrid = ({ kernel, stride, pad, from, to }: PooledPlane): Pair => {
  const along = (axis: 0 | 1): number => Math.max(pad[axis] + from[axis], (to[axis] - 1) * stride + kernel);
  return [along(0), along(1)];
};

/** What pooling the block can do, of the kinds a network may ask for; the rest is left to the host. */
export function canPool(window: {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: Pair;
}): boolean {
  const [[k, kx], [s, sx], [d, dx]] = [window.kernel, window.stride, window.dilation];
  return k === kx && s === sx && d === 1 && dx === 1 && k <= 3 && s <= 3 && window.pad.every((p) => p < k);
}

export interface MaxPoolInputs {
  readonly plane: PooledPlane | undefined;
  readonly byte: number | undefined; // 0 to 255, as on the wires
  readonly outReady: boolean;
}

export interface PooledByte {
  readonly byte: number;
  readonly last: boolean; // of the plane
}

interface RowMax {
  readonly key: number;
  readonly column: number;
  readonly emits: boolean;
  readonly last: boolean;
  readonly plane: PooledPlane;
}

interface State {
  readonly plane: PooledPlane | undefined;
  readonly row: number;
  readonly col: number;
  readonly recent: Pair; // keys of the two positions before
  readonly taken: number; // places of the queue, from the step on
  readonly rowMax: RowMax | undefined;
}

export class MaxPool {
  readonly #queue: Fifo<PooledByte>;
  readonly #above: Pair[]; // of each window column: its largest key in the row before, and in the row before that
  #state: State = { plane: undefined, row: 0, col: 0, recent: [0, 0], taken: 0, rowMax: undefined };
  #next = this.#state;
  #written: RowMax | undefined;

  constructor({ line = 128, queue = 4 } = {}) {
    this.#above = Array.from({ length: line }, () => [0, 0]);
    this.#queue = new Fifo(queue);
  }

  get planeReady(): boolean {
    return this.#state.plane === undefined;
  }

  get inReady(): boolean {
    return this.#room && this.#isByte;
  }

  get out(): PooledByte | undefined {
    return this.#queue.out;
  }

  tick({ plane, byte, outReady }: MaxPoolInputs): void {
    const accepted = this.planeReady ? plane : undefined;
    if (accepted && accepted.to[1] > this.#above.length)
      throw new Error(`${accepted.to[1]} windows a row do not fit a line of ${this.#above.length}`);
    const walks = this.#room && (!this.#isByte || byte !== undefined) ? this.#state.plane : undefined;
    const leaves = outReady && this.out !== undefined;
    const stepped = walks ? this.#step(walks, byte ?? 0) : { rowMax: undefined };
    const taken = this.#state.taken + Number(stepped.rowMax?.emits === true) - Number(leaves);
    const started = accepted && { plane: accepted, row: 0, col: 0 };
    this.#next = { ...this.#state, ...stepped, ...started, taken };

    this.#written = this.#state.rowMax;
    this.#queue.tick({ word: this.#written?.emits ? this.#window(this.#written) : undefined, outReady });
  }

  commit(): void {
    if (this.#written) {
      const { column, key } = this.#written;
      this.#above[column] = [key, this.#above[column]![0]];
    }
    this.#state = this.#next;
    this.#queue.commit();
  }

  get #room(): boolean {
    return this.#state.plane !== undefined && this.#state.taken < this.#queue.depth;
  }

  /** Whether the walk stands on the plane and not on padding. */
  get #isByte(): boolean {
    const { plane, row, col } = this.#state;
    if (!plane) return false;
    const [y, x] = [row - plane.pad[0], col - plane.pad[1]];
    return y >= 0 && x >= 0 && y < plane.from[0] && x < plane.from[1];
  }

  #step(plane: PooledPlane, byte: number): Partial<State> {
    const { row, col, recent } = this.#state;
    const { kernel, stride, to } = plane;
    const key = this.#isByte ? byte ^ (plane.signed ? 128 : 0) : 0;
    // The window that ends here, of those that are made.
    const ending = (at: number, windows: number): number | undefined => {
      const i = (at - (kernel - 1)) / stride;
      return Number.isInteger(i) && i >= 0 && i < windows ? i : undefined;
    };
    const [y, x] = [ending(row, to[0]), ending(col, to[1])];
    const rowMax =
      x === undefined
        ? undefined
        : {
            key: Math.max(key, ...recent.slice(0, kernel - 1)),
            column: x,
            emits: y !== undefined,
            last: y === to[0] - 1 && x === to[1] - 1,
            plane,
          };
    const [rows, cols] = poolGrid(plane);
    const place =
      col + 1 < cols ? { col: col + 1 } : row + 1 < rows ? { col: 0, row: row + 1 } : { plane: undefined };
    return { ...place, recent: [key, recent[0]], rowMax };
  }

  #window({ key, column, last, plane }: RowMax): PooledByte {
    const largest = Math.max(key, ...this.#above[column]!.slice(0, plane.kernel - 1));
    return { byte: largest ^ (plane.signed ? 128 : 0), last };
  }
}
