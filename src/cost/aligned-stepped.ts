/**
 * The array whose PEs pick aligned pairs from two compressed streams, stepped: the twin that stalls are measured on.
 *
 *            weight stream of filter j
 *                  │ register ─▶ FIFO (depth d)
 *   ifmap     ─▶ ┌─▼──┐
 *   stream of    │ PE │ ─▶ east          an element goes to the PE's own FIFO and on to the neighbour
 *   pixel i      └─┬──┘                  as it arrives; it waits where either is full
 *                  ▼ south
 *
 * In a selector cycle a PE compares the heads of its FIFOs: the lower index is dropped, equal ones make a pair, which
 * waits in a third FIFO of depth d; the multiplier takes a pair every `selectorClock` cycles. A FIFO takes an element
 * only where it had room at the cycle's start. Were elements passed on only as they are dropped, shallow FIFOs would
 * deadlock; passed on as they arrive, no drawn stream has (the tests draw many).
 */
import { type Random, seeded } from '../tensor/random.ts';
import { stallDensities, stallDepths } from './aligned-stalls.ts';

export interface AlignedArray {
  readonly rows: number;
  readonly cols: number;
  readonly depth: number; // of each FIFO
  readonly selectorClock: number; // selector cycles for each cycle of the multiplier
}

/** Indices of the non-zeros of a window or a filter, ascending. */
export type Stream = Int32Array;

export const randomStream = (length: number, density: number, random: Random): Stream =>
  Int32Array.from({ length }, (_, k) => k).filter(() => random.uniform() < density);

/** Multiplier cycles until every PE has multiplied its last pair, the way across the array included. */
export function steppedCycles(
  ifmaps: readonly Stream[],
  weights: readonly Stream[],
  array: AlignedArray,
): number {
  const pes = new SteppedPes(ifmaps, weights, array);
  const longest = [...ifmaps, ...weights].reduce((sum, { length }) => sum + length + 1, 0);
  const limit = (longest + array.rows + array.cols) * (array.selectorClock + 2);
  let selector = 0;
  while (!pes.done()) {
    if (selector > limit) throw new Error(`PEs wait for one another after ${selector} cycles`);
    pes.step(++selector % array.selectorClock === 0);
  }
  return selector / array.selectorClock;
}

/** Cycles that the slowest PE alone needs, by plain counting: what FIFOs that never fill come near. */
export function slowestPe(
  ifmaps: readonly Stream[],
  weights: readonly Stream[],
  selectorClock: number,
): number {
  let slowest = 0;
  for (const ifmap of ifmaps) {
    const at = new Set(ifmap);
    for (const weight of weights) {
      const pairs = weight.reduce((sum, k) => sum + (at.has(k) ? 1 : 0), 0);
      slowest = Math.max(slowest, pairs, (ifmap.length + weight.length - pairs) / selectorClock);
    }
  }
  return slowest;
}

/**
 * How much longer than its slowest PE a 16 x 16 array takes, on windows of 1152 places (128 channels, 3 x 3), its way
 * across counted on both sides. The table of stalls is this, printed:
 *
 *   npx tsx -e "import('./src/cost/aligned-stepped.ts').then(({ stallTable }) => console.log(stallTable()))"
 */
export function measureStall(
  depth: number,
  { ifmap, weight }: { readonly ifmap: number; readonly weight: number },
): number {
  const array: AlignedArray = { rows: 16, cols: 16, depth, selectorClock: 4 };
  const random = seeded(1, `${ifmap}/${weight}`);
  const ifmaps = Array.from({ length: array.rows }, () => randomStream(1152, ifmap, random));
  const weights = Array.from({ length: array.cols }, () => randomStream(1152, weight, random));
  const skew = (array.rows + array.cols - 2) / array.selectorClock;
  const slowest = slowestPe(ifmaps, weights, array.selectorClock);
  return steppedCycles(ifmaps, weights, array) / (slowest + skew);
}

/** Every entry, to three decimals: a line a depth and ifmap density. */
export const stallTable = (depths: readonly number[] = stallDepths): string =>
  depths
    .flatMap((depth) =>
      stallDensities.map(
        (ifmap) =>
          `${depth} ${ifmap}: ${stallDensities.map((weight) => measureStall(depth, { ifmap, weight }).toFixed(3)).join(', ')}`,
      ),
    )
    .join('\n');

/** Counters of what each PE received, dropped or paired, and holds as pairs; they are all the state there is. */
class SteppedPes {
  readonly #ifmaps: readonly Stream[];
  readonly #weights: readonly Stream[];
  readonly #array: AlignedArray;
  readonly #received: readonly [ifmap: Int32Array, weight: Int32Array];
  readonly #used: readonly [ifmap: Int32Array, weight: Int32Array];
  readonly #pairs: Int32Array;

  constructor(ifmaps: readonly Stream[], weights: readonly Stream[], array: AlignedArray) {
    const count = array.rows * array.cols;
    this.#ifmaps = ifmaps;
    this.#weights = weights;
    this.#array = array;
    this.#received = [new Int32Array(count), new Int32Array(count)];
    this.#used = [new Int32Array(count), new Int32Array(count)];
    this.#pairs = new Int32Array(count);
  }

  done(): boolean {
    const { rows, cols } = this.#array;
    for (let i = 0, pe = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, pe++)
        if (
          this.#pairs[pe] !== 0 ||
          this.#used[0][pe]! < this.#ifmaps[i]!.length ||
          this.#used[1][pe]! < this.#weights[j]!.length
        )
          return false;
    return true;
  }

  /** Decides on the state as it was, then changes it: the order of PEs cannot matter. */
  step(multiplies: boolean): void {
    const arrivals = [this.#arrivals(0), this.#arrivals(1)] as const;
    const choices = this.#choices();
    for (let pe = 0; pe < choices.length; pe++) {
      if (multiplies && this.#pairs[pe]! > 0) this.#pairs[pe]!--;
      const choice = choices[pe]!;
      if (choice & DROP_IFMAP) this.#used[0][pe]!++;
      if (choice & DROP_WEIGHT) this.#used[1][pe]!++;
      if (choice === PAIR) this.#pairs[pe]!++;
      this.#received[0][pe]! += arrivals[0][pe]!;
      this.#received[1][pe]! += arrivals[1][pe]!;
    }
  }

  /** 1 where an element steps in: the neighbour before has it, the FIFO has room, and the one before it went on. */
  #arrivals(operand: 0 | 1): Uint8Array {
    const { rows, cols, depth } = this.#array;
    const [received, used] = [this.#received[operand], this.#used[operand]];
    const arrivals = new Uint8Array(received.length);
    for (let i = 0, pe = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, pe++) {
        const [first, last] = operand === 0 ? [j === 0, j === cols - 1] : [i === 0, i === rows - 1];
        const ahead = operand === 0 ? 1 : cols;
        const stream = operand === 0 ? this.#ifmaps[i]! : this.#weights[j]!;
        const sent = first ? stream.length : received[pe - ahead]!;
        const got = received[pe]!;
        if (got < sent && got - used[pe]! < depth && (last || got === received[pe + ahead]!))
          arrivals[pe] = 1;
      }
    return arrivals;
  }

  /** What each PE does with the heads of its FIFOs. A stream that has ended lets the other run out. */
  #choices(): Uint8Array {
    const { rows, cols, depth } = this.#array;
    const choices = new Uint8Array(rows * cols);
    for (let i = 0, pe = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, pe++) {
        const [a, b] = [this.#used[0][pe]!, this.#used[1][pe]!];
        const [hasA, hasB] = [a < this.#received[0][pe]!, b < this.#received[1][pe]!];
        const [ifmap, weight] = [this.#ifmaps[i]!, this.#weights[j]!];
        if (hasA && hasB) {
          if (ifmap[a]! < weight[b]!) choices[pe] = DROP_IFMAP;
          else if (ifmap[a]! > weight[b]!) choices[pe] = DROP_WEIGHT;
          else if (this.#pairs[pe]! < depth) choices[pe] = PAIR;
        } else if (hasA && b === weight.length) choices[pe] = DROP_IFMAP;
        else if (hasB && a === ifmap.length) choices[pe] = DROP_WEIGHT;
      }
    return choices;
  }
}

const DROP_IFMAP = 1;
const DROP_WEIGHT = 2;
const PAIR = DROP_IFMAP | DROP_WEIGHT;
