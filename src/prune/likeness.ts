/**
 * Which filters should share a column block: those that would prune the same input channels anyway.
 *
 *   m[f, c] = sum of |w| of filter f for input channel c.  A block keeps the channels of largest summed m, so the order
 *   of filters is sought whose blocks keep most: alternately the channels of each block, and the filters' blocks.
 *
 * The search starts from the order there is and from filters sorted by the channels they read, and only gets better.
 */
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { columnBlock } from './column-block.ts';
import { kept } from './pruner.ts';

const ROUNDS = 8;

interface Problem {
  readonly filters: number;
  readonly channels: number;
  readonly keep: number; // channels a block keeps
  readonly block: number; // filters
  readonly mass: Float64Array; // [filters, channels]
}

/** What the filters were before: where they read the same channels of this mask, they start together. */
type Previous = Uint8Array | undefined;

/** Filters in a new order, alike ones together: position -> filter as it was. */
export function likeFilters(
  weight: Float32Array,
  conv: ConvShape,
  rule: SparsityRule,
  previous?: Previous,
): Int32Array {
  const filters = conv.K;
  const identity = Int32Array.from({ length: filters }, (_, f) => f);
  if (conv.groups > 1 || filters <= rule.blockFilters) return identity;
  const problem: Problem = {
    filters,
    channels: conv.C,
    keep: Math.max(1, kept(conv.C, rule.zeros)),
    block: rule.blockFilters,
    mass: masses(weight, conv),
  };
  const [first, second] = [
    identity,
    bySupport(problem, previous ? masses(previous, conv) : problem.mass),
  ].map((start) => improved(start, problem));
  return second!.kept > first!.kept ? second!.order : first!.order;
}

function masses(weight: Float32Array | Uint8Array, { K, C, R, S }: ConvShape): Float64Array {
  const kernel = R * S;
  const mass = new Float64Array(K * C);
  for (let i = 0; i < mass.length; i++) {
    let sum = 0;
    for (let j = i * kernel; j < (i + 1) * kernel; j++) sum += Math.abs(weight[j]!);
    mass[i] = sum;
  }
  return mass;
}

/** Filters that read the same channels stand together, what fills whole blocks first: pruned blocks come out whole. */
function bySupport({ filters, channels, block }: Problem, mass: Float64Array): Int32Array {
  const sets = new Map<string, number[]>();
  for (let f = 0; f < filters; f++) {
    const row = mass.subarray(f * channels, (f + 1) * channels);
    const key = Array.from(row, (m) => (m > 0 ? 1 : 0)).join('');
    const set = sets.get(key);
    if (set) set.push(f);
    else sets.set(key, [f]);
  }
  const rest = (set: readonly number[]): number => Number(set.length % block > 0);
  return Int32Array.from([...sets.values()].sort((a, b) => rest(a) - rest(b) || b.length - a.length).flat());
}

/** The column-block mask of filters grouped by likeness, in the order that they stand in. */
export function likeMask(
  weight: Float32Array,
  conv: ConvShape,
  rule: SparsityRule,
  previous?: Previous,
): Uint8Array {
  const order = likeFilters(weight, conv, rule, previous);
  const row = weight.length / conv.K;
  const grouped = new Float32Array(weight.length);
  order.forEach((f, k) => {
    grouped.set(weight.subarray(f * row, (f + 1) * row), k * row);
  });
  const inOrder = new Uint8Array(weight.length).fill(1);
  columnBlock.drop(grouped, inOrder, conv, rule);
  const mask = new Uint8Array(weight.length);
  order.forEach((f, k) => {
    mask.set(inOrder.subarray(k * row, (k + 1) * row), f * row);
  });
  return mask;
}

interface Arrangement {
  readonly order: Int32Array;
  readonly kept: number; // summed magnitude that the blocks keep
}

function improved(start: Int32Array, problem: Problem): Arrangement {
  let best = { order: start, ...choose(start, problem) };
  for (let round = 0; round < ROUNDS; round++) {
    const order = deal(best.channels, problem);
    const next = { order, ...choose(order, problem) };
    if (next.kept <= best.kept * (1 + 1e-9)) break;
    best = next;
  }
  return best;
}

/** For each block of an order the channels of largest mass, and what they sum to. */
function choose(
  order: Int32Array,
  { filters, channels, keep, block, mass }: Problem,
): { channels: Int32Array[]; kept: number } {
  const chosen: Int32Array[] = [];
  let kept = 0;
  for (let first = 0; first < filters; first += block) {
    const sums = new Float64Array(channels);
    for (const f of order.subarray(first, first + block))
      for (let c = 0; c < channels; c++) sums[c] = sums[c]! + mass[f * channels + c]!;
    const ranked = Int32Array.from(sums.keys()).sort((a, b) => sums[b]! - sums[a]! || a - b);
    chosen.push(ranked.subarray(0, keep));
    for (const c of ranked.subarray(0, keep)) kept += sums[c]!;
  }
  return { channels: chosen, kept };
}

/** Each filter to the block that keeps most of it and has room; those with most to lose choose first. */
function deal(chosen: readonly Int32Array[], { filters, channels, block, mass }: Problem): Int32Array {
  const gain = (f: number, set: Int32Array): number => {
    let sum = 0;
    for (const c of set) sum += mass[f * channels + c]!;
    return sum;
  };
  const gains = Array.from({ length: filters }, (_, f) => chosen.map((set) => gain(f, set)));
  const regret = gains.map((row) => {
    const [most = 0, next = 0] = row.toSorted((a, b) => b - a);
    return most - next;
  });
  const room = chosen.map((_, b) => Math.min(block, filters - b * block));
  const members: number[][] = chosen.map(() => []);
  const turn = Array.from(regret.keys()).sort((a, b) => regret[b]! - regret[a]! || a - b);
  for (const f of turn) {
    let best = -1;
    for (let b = 0; b < room.length; b++)
      if (room[b]! > members[b]!.length && (best < 0 || gains[f]![b]! > gains[f]![best]!)) best = b;
    members[best]!.push(f);
  }
  return Int32Array.from(members.flatMap((list) => list.sort((a, b) => a - b)));
}
