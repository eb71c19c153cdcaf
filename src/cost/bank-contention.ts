/**
 * How much longer a vector of products takes when products meet on the same accumulator bank.
 *
 * In a slot, `products` products each go to one of `banks` banks, each bank as likely as the next; a bank adds one a
 * cycle and keeps up to `queue` waiting, the one being added counted. A slot lasts until its last product has a place:
 *
 *   slot      T  = 1 + max over banks of (L + k - queue)+        L left over from before, k new ones
 *   left      L' = (L + k - T)+
 *
 * Taking the banks as independent (mean field) makes L a small Markov chain that depends on T and T on L: a fixed
 * point. The tests hold it to the crossbar stepped cycle by cycle; with a queue of 1 it is the largest of `banks` loads.
 */

export interface Banks {
  readonly banks: number;
  readonly queue: number;
}

/** Cycles a slot takes, 1 or more, for a mean number of products that need not be whole. */
export function cyclesPerSlot(products: number, table: readonly number[]): number {
  const below = Math.min(Math.floor(products), table.length - 1);
  const above = Math.min(below + 1, table.length - 1);
  return table[below]! + (products - below) * (table[above]! - table[below]!);
}

/** Cycles a slot takes for 0 to `most` products: computed once, read for each barrier. */
export const contentionTable = (most: number, banks: Banks): readonly number[] =>
  Array.from({ length: most + 1 }, (_, products) => meanSlot(products, banks));

function meanSlot(products: number, { banks, queue }: Banks): number {
  const arrivals = binomial(products, 1 / banks);
  let left = new Float64Array(queue).fill(0); // P(L = i); a full queue has one added before the next slot
  left[0] = 1;
  let mean = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const waiting = convolve(left, arrivals);
    const others = slotLengths(waiting, queue, banks - 1);
    const all = slotLengths(waiting, queue, banks);
    const next = leftOver(waiting, queue, others);
    const settled = next.every((p, i) => Math.abs(p - left[i]!) < 1e-10);
    left = next;
    mean = all.reduce((sum, p, extra) => sum + p * (1 + extra), 0);
    if (settled) break;
  }
  return mean;
}

const ROUNDS = 500;

/** P(k) of k successes in `n` trials. */
function binomial(n: number, p: number): Float64Array {
  const probabilities = new Float64Array(n + 1);
  probabilities[0] = 1;
  for (let trial = 0; trial < n; trial++)
    for (let k = trial + 1; k >= 0; k--)
      probabilities[k] = probabilities[k]! * (1 - p) + (k > 0 ? probabilities[k - 1]! * p : 0);
  return probabilities;
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum[i + j]! += a[i]! * b[j]!;
  return sum;
}

/** P(extra) of the cycles beyond the first that the slowest of so many banks asks for. */
function slotLengths(waiting: Float64Array, queue: number, banks: number): Float64Array {
  const longest = Math.max(0, waiting.length - 1 - queue);
  const lengths = new Float64Array(longest + 1);
  let [upTo, before] = [0, 0];
  for (let n = 0; n < Math.min(queue, waiting.length); n++) upTo += waiting[n]!;
  for (let extra = 0; extra <= longest; extra++) {
    upTo += waiting[queue + extra] ?? 0;
    const all = extra === longest ? 1 : upTo ** banks; // the last is certain: rounding must not leak
    lengths[extra] = all - before;
    before = all;
  }
  return lengths;
}

/** What a bank has left when the slot ends: it waits for its own excess, or for that of the others. */
function leftOver(waiting: Float64Array, queue: number, others: Float64Array): Float64Array<ArrayBuffer> {
  const left = new Float64Array(queue);
  for (let n = 0; n < waiting.length; n++)
    for (let extra = 0; extra < others.length; extra++) {
      const slot = 1 + Math.max(extra, n - queue, 0);
      left[Math.max(0, n - slot)]! += waiting[n]! * others[extra]!;
    }
  const total = left.reduce((sum, p) => sum + p, 0);
  return left.map((p) => p / total);
}
