/**
 * Pattern pruning: the kernels of a layer choose among a few fixed sets of taps, found in the layer's own weights.
 *
 *   3x3 kernels at one half    x x .   . x x   . x .   x . .
 *                              x x .   . x .   x x x   x x .    ... at most eight in a layer; each kernel takes the
 *                              . . .   . x .   . . .   . x .        one that keeps most of its magnitude
 *
 * A kernel's natural pattern is its largest taps; those with the most magnitude behind them become the layer's
 * patterns (Niu et al., PatDNN, ASPLOS 2020, which counts kernels). Only small kernels have patterns: 1x1 and fully
 * connected layers, and kernels of more than nine taps, stay as they are.
 */
import { type SparsityRule, wholeKernel } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { allot } from './allotment.ts';
import type { Weights } from './largest.ts';
import type { Audit, Pruner } from './pruner.ts';

/** Patterns a layer may use: three bits choose one. */
export const MOST_PATTERNS = 8;
/** Taps of the largest kernel that has patterns: a 3x3 kernel's. */
export const PATTERNED_TAPS = 9;
const hasPatterns = ({ R, S }: ConvShape): boolean => R * S > 1 && R * S <= PATTERNED_TAPS;

/** A set of taps: bit i is position i = r * S + s. */
type Pattern = number;

export const pattern: Pruner = {
  kind: 'pattern',
  summary: 'the kernels of a layer choose among at most eight fixed sets of taps',

  drop(weight, target, conv, rule) {
    if (!hasPatterns(conv) || isObeyed(weight, conv, rule)) return;
    const positions = conv.R * conv.S;
    const choices = patternsOf(weight, conv, rule);
    for (const [at, keep] of kernels(conv, rule)) {
      const chosen = best(weight, at, choices.get(keep)!, positions);
      for (let i = 0; i < positions; i++) if (!((chosen >> i) & 1)) target[at + i] = 0;
    }
  },

  audit,
};

/** A kernel short of taps may have come from any pattern, so only whole ones count as patterns. */
function audit(weight: Weights, conv: ConvShape, rule: SparsityRule, see: Audit): void {
  if (!hasPatterns(conv)) return;
  const positions = conv.R * conv.S;
  const seen = new Set<Pattern>();
  for (const [at, keep] of kernels(conv, rule)) {
    const support = supportOf(weight, at, positions);
    const nonZeros = onesIn(support);
    if (nonZeros === keep) seen.add(support);
    see(nonZeros, keep);
  }
  if (seen.size > MOST_PATTERNS) see(seen.size, MOST_PATTERNS);
}

/** Zeros that were there before hide a pattern, so patterns found again need not be the same: what obeys is left alone. */
function isObeyed(weight: Weights, conv: ConvShape, rule: SparsityRule): boolean {
  let obeyed = true;
  audit(weight, conv, rule, (nonZeros, allowed) => {
    if (nonZeros > allowed) obeyed = false;
  });
  return obeyed;
}

/** Every kernel: where it begins, and the taps it may keep, which its input channel decides. */
function* kernels(conv: ConvShape, rule: SparsityRule): Generator<readonly [at: number, keep: number]> {
  const { taps } = allot(conv, { ...rule, slicesOf: wholeKernel });
  const [channels, filters, size] = [conv.C / conv.groups, conv.K / conv.groups, conv.R * conv.S];
  for (let filter = 0; filter < conv.K; filter++)
    for (let c = 0; c < channels; c++)
      yield [(filter * channels + c) * size, taps[Math.floor(filter / filters) * channels + c]!];
}

/** The layer's patterns by how many taps they keep: one count, or two next to each other that share the eight. */
function patternsOf(
  weight: Weights,
  conv: ConvShape,
  rule: SparsityRule,
): ReadonlyMap<number, readonly Pattern[]> {
  const positions = conv.R * conv.S;
  const votes = new Map<number, Map<Pattern, number>>(); // by taps kept, then by pattern: magnitude behind it
  for (const [at, keep] of kernels(conv, rule)) {
    const natural = largestTaps(weight, at, { positions, keep });
    const mine = votes.get(keep) ?? new Map<Pattern, number>();
    votes.set(keep, mine.set(natural, (mine.get(natural) ?? 0) + magnitudeIn(weight, at, natural)));
  }
  const most = Math.floor(MOST_PATTERNS / votes.size);
  const ranked = (mine: ReadonlyMap<Pattern, number>): readonly Pattern[] =>
    [...mine]
      .sort(([p, a], [q, b]) => b - a || p - q)
      .slice(0, most)
      .map(([taps]) => taps);
  return new Map([...votes].map(([keep, mine]) => [keep, ranked(mine)]));
}

/** The pattern that keeps most of a kernel's magnitude; among equals the first. */
function best(weight: Weights, at: number, choices: readonly Pattern[], positions: number): Pattern {
  const support = supportOf(weight, at, positions);
  let [chosen, most] = [choices[0]!, -1];
  for (const taps of choices) {
    if ((support & ~taps) === 0) return taps; // nothing lost
    const held = magnitudeIn(weight, at, taps);
    if (held > most) [chosen, most] = [taps, held];
  }
  return chosen;
}

/** The `keep` largest magnitudes of a kernel; among equals the first. */
function largestTaps(
  weight: Weights,
  at: number,
  { positions, keep }: { positions: number; keep: number },
): Pattern {
  let taken = 0;
  for (let n = 0; n < keep; n++) {
    let [next, most] = [0, -1];
    for (let i = 0; i < positions; i++) {
      const magnitude = Math.abs(weight[at + i]!);
      if (!((taken >> i) & 1) && magnitude > most) [next, most] = [i, magnitude];
    }
    taken |= 1 << next;
  }
  return taken;
}

function magnitudeIn(weight: Weights, at: number, taps: Pattern): number {
  let sum = 0;
  for (let i = 0; taps >> i !== 0; i++) if ((taps >> i) & 1) sum += Math.abs(weight[at + i]!);
  return sum;
}

/** Where a kernel's non-zeros are. */
function supportOf(weight: Weights, at: number, positions: number): Pattern {
  let support = 0;
  for (let i = 0; i < positions; i++) if (weight[at + i] !== 0) support |= 1 << i;
  return support;
}

function onesIn(taps: Pattern): number {
  let count = 0;
  for (let rest = taps; rest !== 0; rest &= rest - 1) count++;
  return count;
}
