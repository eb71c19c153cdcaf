/**
 * Filters between their own shape and Winograd's: U = G g G^T has 36 components, each a sum over the taps with fixed
 * factors, so that the transform of all filters is one GEMM with the 36 x R^2 matrix of G (x) G, and its adjoint another.
 */
import type { Arena } from '../arena.ts';

/** Side of a tile of the ifmap. */
export const TILE = 6;
const COMPONENTS = TILE * TILE;

export interface FilterTransform {
  /** Channels, rounded up to whole vectors: the rest are zeros. */
  readonly inChannels: number;
  readonly outChannels: number;
  /** Byte address of [36][C][K], known to `forward`. */
  readonly at: number;
  /** Byte address of the same as [36][K][C]. */
  readonly turned: number;
  /** Words of all components. */
  readonly size: number;
  readonly scratchSize: number;
  readonly forward: (weight: number, scratch: number) => void;
  /** Adds to the gradient of the weights [K,C,R,R] that of the components [36][C][K]. */
  readonly backward: (weightGradient: number, gradient: number, scratch: number) => void;
}

export function filterTransform(
  { K, C, R }: { K: number; C: number; R: number },
  arena: Arena,
): FilterTransform {
  const { kernels } = arena;
  const [inChannels, outChannels] = [upTo4(C), upTo4(K)];
  const [pairs, taps] = [inChannels * outChannels, R * R];
  const at = arena.allocate(COMPONENTS * pairs);
  const turned = arena.allocate(COMPONENTS * pairs);
  const factors = arena.table(new Int32Array(bothWays(R).buffer));
  const weightOf = (k: number, c: number, tap: number) => (k < K && c < C ? (k * C + c) * taps + tap : -1);
  const byChannel = new Int32Array(taps * pairs);
  const byFilter = new Int32Array(taps * pairs);
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < inChannels; c++)
      for (let k = 0; k < outChannels; k++) {
        byChannel[(tap * inChannels + c) * outChannels + k] = weightOf(k, c, tap);
        byFilter[(tap * outChannels + k) * inChannels + c] = weightOf(k, c, tap);
      }
  const [channelMap, filterMap] = [arena.table(byChannel), arena.table(byFilter)];
  return {
    inChannels,
    outChannels,
    at,
    turned,
    size: COMPONENTS * pairs,
    scratchSize: taps * pairs,
    forward(weight, scratch) {
      for (const [map, to] of [
        [channelMap, at],
        [filterMap, turned],
      ] as const) {
        kernels.gatherF32(weight, map, scratch, taps * pairs, 0);
        kernels.gemmStridedF32(factors, taps, 1, scratch, pairs, to, pairs, COMPONENTS, pairs, taps, 0);
      }
    },
    backward(weightGradient, gradient, scratch) {
      kernels.gemmStridedF32(factors, 1, taps, gradient, pairs, scratch, pairs, taps, pairs, COMPONENTS, 0);
      kernels.gatherBackwardF32(weightGradient, channelMap, scratch, taps * pairs);
    },
  };
}

const upTo4 = (n: number): number => Math.ceil(n / 4) * 4;

/** [36][R * R]: G (x) G. G has a row for each point, its powers times a factor: 1/4, -1/6, -1/6, 1/24, 1/24, and infinity. */
function bothWays(R: number): Float32Array {
  const rows = [
    [0, 1 / 4],
    [1, -1 / 6],
    [-1, -1 / 6],
    [2, 1 / 24],
    [-2, 1 / 24],
  ].map(([point, factor]) => Array.from({ length: R }, (_, power) => factor! * point! ** power));
  rows.push(Array.from({ length: R }, (_, power) => (power === R - 1 ? 1 : 0)));
  return Float32Array.from(rows.flatMap((a) => rows.flatMap((b) => a.flatMap((y) => b.map((x) => y * x)))));
}
