/**
 * Taps a PE is given for each kernel, on a machine that knows only a few patterns (sets of taps) a layer.
 *
 * Pruned by its rule, a layer has that few and each kernel costs its pattern's taps. Any other weights are covered:
 * while sets of taps are too many, the two whose union adds the fewest taps over all kernels become one pattern.
 * Greedy, so a cover with fewer taps may exist; weights without zeros cost every tap.
 */
import type { ConvShape } from '../tensor/conv.ts';

export interface PatternLimits {
  readonly patterns: number; // most patterns of a layer
  readonly positions: number; // largest kernel that has patterns, in taps
}

/** One entry a kernel, [K][C/groups]: taps of the pattern it is given, at least 1. */
export function patternTaps(weight: Int8Array, { R, S }: ConvShape, limits: PatternLimits): Uint8Array {
  const positions = R * S;
  const taps = new Uint8Array(weight.length / positions);
  if (positions === 1 || positions > limits.positions) return taps.fill(Math.min(255, positions));
  const supports = new Uint16Array(taps.length);
  const counts = new Float64Array(1 << positions);
  for (let kernel = 0, at = 0; kernel < supports.length; kernel++) {
    let support = 0;
    for (let i = 0; i < positions; i++, at++) if (weight[at] !== 0) support |= 1 << i;
    supports[kernel] = support;
    counts[support]!++;
  }
  const patterns = cover(counts, limits.patterns);
  const cost = Uint8Array.from(counts, (count, support) =>
    count === 0
      ? 0
      : Math.max(1, Math.min(...patterns.filter((p) => (support & ~p) === 0).map((p) => onesIn(p)))),
  );
  for (let kernel = 0; kernel < taps.length; kernel++) taps[kernel] = cost[supports[kernel]!]!;
  return taps;
}

interface Shared {
  readonly pattern: number;
  readonly kernels: number;
}

/** More sets of taps than this are scattered zeros: sets inside others then go first, which is quick. */
const MANY = 64;

/** Patterns, at most `most`, such that each support that occurs lies in one. */
function cover(counts: Float64Array, most: number): readonly number[] {
  const supports = [...counts.keys()].filter((support) => counts[support]! > 0);
  let shared: readonly Shared[] = supports.map((pattern) => ({ pattern, kernels: counts[pattern]! }));
  if (shared.length > MANY) shared = largestSets(shared);
  while (shared.length > most) {
    const [a, b] = cheapestPair(shared);
    const rest = shared.filter((each) => each !== a && each !== b);
    shared = [...rest, { pattern: a.pattern | b.pattern, kernels: a.kernels + b.kernels }];
  }
  return shared.map(({ pattern }) => pattern);
}

/** Only the sets that lie in no other; the kernels of those that do join the smallest such. */
function largestSets(all: readonly Shared[]): readonly Shared[] {
  const shared: { pattern: number; kernels: number }[] = [];
  for (const next of all.toSorted((a, b) => onesIn(b.pattern) - onesIn(a.pattern))) {
    const hosts = shared.filter(({ pattern }) => (next.pattern & ~pattern) === 0);
    const host = hosts.at(-1); // the last is the smallest
    if (host) host.kernels += next.kernels;
    else shared.push({ ...next });
  }
  return shared;
}

function cheapestPair(shared: readonly Shared[]): readonly [Shared, Shared] {
  let best: readonly [Shared, Shared] = [shared[0]!, shared[1]!];
  let least = Number.POSITIVE_INFINITY;
  for (const [i, a] of shared.entries())
    for (const b of shared.slice(i + 1)) {
      const union = onesIn(a.pattern | b.pattern);
      const added = (union - onesIn(a.pattern)) * a.kernels + (union - onesIn(b.pattern)) * b.kernels;
      if (added < least) [least, best] = [added, [a, b]];
    }
  return best;
}

function onesIn(pattern: number): number {
  let count = 0;
  for (let rest = pattern; rest !== 0; rest &= rest - 1) count++;
  return count;
}
