/**
 * The array whose PEs pick aligned pairs from two compressed streams, stepped: the twin that stalls are measured on.
 *
 *            weight stream of filter j
 *                  ▼
 *                FIFO
 *                  ▼
 *   ifmap  ─▶ FIFO ▶ heads ─▶ FIFO of pairs ─▶ multiplier      an element that becomes a PE's head
 *   stream of      │                                           enters the neighbour's FIFO with that
 *   pixel i        ▼ FIFO of the PE south
 *
 * Streams are cut into groups of 16 places. In a selector cycle a PE compares its heads: the lower offset is dropped,
 * equal ones make a pair, the last of a group waits for the other's last, and both go on together. A head is dropped only
 * for a successor: the FIFO behind it must hold one and the neighbour's must have room for it, both at the cycle's start,
 * and a pair needs room too. That is what makes shallow FIFOs slow. The multiplier takes a pair every `selectorClock` cycles.
 *
 * Followed: the authors' simulator, github.com/BUAA-CI-Lab/S2EngineSimulator (ReMixedPE), without its wide values and its
 * way out for psums, which is taken not to hold the array up.
 */
import { type Element, elementsOf, type Streams } from './aligned-stream.ts';

export interface AlignedArray {
  readonly rows: number;
  readonly cols: number;
  readonly depth: number; // of the FIFOs of both streams
  readonly pairs: number; // depth of the FIFO of pairs
  readonly selectorClock: number; // selector cycles for each cycle of the multiplier
}

/** Multiplier cycles until every PE has multiplied its last pair, the way across the array included. */
export function steppedCycles(ifmaps: Streams, weights: Streams, array: AlignedArray): number {
  const pes = new SteppedPes(elementsOf(ifmaps), elementsOf(weights), array);
  const limit = (pes.longestWalk() + 2 * (array.rows + array.cols)) * (array.selectorClock + 2);
  let selector = 0;
  while (!pes.done()) {
    if (selector > limit) throw new Error(`PEs wait for one another after ${selector} cycles`);
    pes.step(++selector % array.selectorClock === 0);
  }
  return selector / array.selectorClock;
}

/** Multiplier cycles until the far corner has heads: from one PE's head into the FIFO of the next, and out of it. */
export const wayAcross = ({
  rows,
  cols,
  selectorClock,
}: Pick<AlignedArray, 'rows' | 'cols' | 'selectorClock'>): number => (rows + cols) / selectorClock;

/** Counters of the elements that became heads, and of pairs; they and the array's edge are all the state there is. */
class SteppedPes {
  readonly #ifmaps: readonly Element[][];
  readonly #weights: readonly Element[][];
  readonly #array: AlignedArray;
  readonly #ifmapHeads: Int32Array; // of each PE: how many elements have been its head, this one included
  readonly #weightHeads: Int32Array;
  readonly #pairs: Int32Array;
  readonly #handedOver: Uint8Array; // the psum of this window left with a pair
  readonly #ifmapFed: Int32Array; // by row: what entered the first PE's FIFO
  readonly #weightFed: Int32Array;

  constructor(ifmaps: readonly Element[][], weights: readonly Element[][], array: AlignedArray) {
    const count = array.rows * array.cols;
    this.#ifmaps = ifmaps;
    this.#weights = weights;
    this.#array = array;
    [this.#ifmapHeads, this.#weightHeads, this.#pairs] = [0, 1, 2].map(() => new Int32Array(count)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    this.#handedOver = new Uint8Array(count);
    this.#ifmapFed = new Int32Array(array.rows);
    this.#weightFed = new Int32Array(array.cols);
  }

  longestWalk(): number {
    const longest = (streams: readonly Element[][]): number =>
      streams.reduce((most, { length }) => Math.max(most, length), 0);
    return longest(this.#ifmaps) + longest(this.#weights);
  }

  done(): boolean {
    const { rows, cols } = this.#array;
    for (let i = 0, pe = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, pe++)
        if (
          this.#pairs[pe] !== 0 ||
          this.#ifmapHeads[pe]! < this.#ifmaps[i]!.length ||
          this.#weightHeads[pe]! < this.#weights[j]!.length
        )
          return false;
    return true;
  }

  /** Decides on the state as it was, then changes it: the order of PEs cannot matter. */
  step(multiplies: boolean): void {
    const moves = this.#moves();
    this.#feed(this.#ifmapFed, this.#ifmaps, (i) => this.#ifmapHeads[i * this.#array.cols]!);
    this.#feed(this.#weightFed, this.#weights, (j) => this.#weightHeads[j]!);
    for (let pe = 0; pe < moves.length; pe++) {
      const move = moves[pe]!;
      if (multiplies && this.#pairs[pe]! > 0) this.#pairs[pe]!--;
      if (move & IFMAP) this.#ifmapHeads[pe]!++;
      if (move & WEIGHT) this.#weightHeads[pe]!++;
      if (move & PAIR) this.#pairs[pe]!++;
      if (move & (WEIGHT | HANDS_OVER)) this.#handedOver[pe] = move & HANDS_OVER && !(move & WEIGHT) ? 1 : 0;
    }
  }

  /** An element enters the first FIFO of each line that has room. */
  #feed(fed: Int32Array, streams: readonly Element[][], heads: (line: number) => number): void {
    for (let line = 0; line < fed.length; line++)
      if (fed[line]! < streams[line]!.length && fed[line]! - heads(line) < this.#array.depth) fed[line]!++;
  }

  #moves(): Uint8Array {
    const { rows, cols, depth, pairs } = this.#array;
    const [ifmapHeads, weightHeads] = [this.#ifmapHeads, this.#weightHeads];
    const moves = new Uint8Array(rows * cols);
    for (let i = 0, pe = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, pe++) {
        const [a, b] = [ifmapHeads[pe]!, weightHeads[pe]!];
        const ifmapGoes =
          (j === 0 ? this.#ifmapFed[i]! : ifmapHeads[pe - 1]!) > a &&
          (j === cols - 1 || a - ifmapHeads[pe + 1]! < depth);
        const weightGoes =
          (i === 0 ? this.#weightFed[j]! : weightHeads[pe - cols]!) > b &&
          (i === rows - 1 || b - weightHeads[pe + cols]! < depth);
        const wanted =
          a === 0 || b === 0
            ? IFMAP | WEIGHT
            : compared(this.#ifmaps[i]![a - 1]!, this.#weights[j]![b - 1]!, this.#handedOver[pe] === 1);
        if (
          (!(wanted & IFMAP) || ifmapGoes) &&
          (!(wanted & WEIGHT) || weightGoes) &&
          (!(wanted & PAIR) || this.#pairs[pe]! < pairs)
        )
          moves[pe] = wanted;
      }
    return moves;
  }
}

const IFMAP = 1; // its head gives way to the next
const WEIGHT = 2;
const PAIR = 4; // or the mark that a psum is complete, which takes a pair's place
const HANDS_OVER = 8;

/** What a PE wants to do with its heads. */
function compared(ifmap: Element, weight: Element, handedOver: boolean): number {
  if (ifmap.offset === weight.offset) {
    if (ifmap.ends === weight.ends) return IFMAP | WEIGHT | PAIR;
    return PAIR | (ifmap.ends ? WEIGHT : IFMAP | (weight.closes ? HANDS_OVER : 0));
  }
  if (ifmap.ends && weight.ends) return IFMAP | WEIGHT | (weight.closes && !handedOver ? PAIR : 0);
  const [lower, higher] = ifmap.offset < weight.offset ? [ifmap, IFMAP] : [weight, WEIGHT];
  const other = higher === IFMAP ? WEIGHT : IFMAP;
  return lower.ends ? other : higher;
}
