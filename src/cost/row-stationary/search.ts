/**
 * The mapping of a layer: of all that fit PEs, array and buffer, the one with the least DRAM traffic x delay, the energy
 * of an access telling ties apart. DRAM is what an access costs most by far (200 to the buffer's 6), and what the chip's
 * mappings spare first. Delay is that of PEs, networks and link; an adder's turns for psums, a few percent, decide nothing:
 * counted, they would buy time on AlexNet with buffer accesses that the chip did not make (docs/papers/eyeriss.md).
 */
import type { RowChip } from './chip.ts';
import { type RowLayer, rowsRead } from './layer.ts';
import {
  dramWords,
  type FmapWords,
  type RowCost,
  type RowMapping,
  rowCost,
  setsThatFit,
  totalCycles,
} from './mapping.ts';

export interface Mapped {
  readonly map: RowMapping;
  readonly cost: RowCost;
}

/** What the buffer holds decides what DRAM moves. */
type Held = Pick<RowMapping, 'm' | 'n' | 'e'>;

/** Undefined where not even one row of one image fits. */
export function bestMapping(layer: RowLayer, fmaps: FmapWords, chip: RowChip): Mapped | undefined {
  let best: (Mapped & { readonly score: number }) | undefined;
  const { rows, cols } = chip.array;
  const products = layer.groups * layer.N * layer.K * layer.P * layer.Q * layer.weights;
  const candidates = [...held(layer, chip)]
    .map((map) => {
      const dram = dramWords(layer, map, fmaps);
      const delay = totalCycles(products / (rows * cols), dram, chip);
      return {
        map,
        total: dram.ifmap + dram.weight + dram.ofmap,
        bound: delay * (dram.ifmap + dram.weight + dram.ofmap),
      };
    })
    .sort((a, b) => a.bound - b.bound);
  for (const { map: part, total, bound } of candidates) {
    if (best && bound > best.score) break;
    for (const map of inArray(layer, part, chip)) {
      const cost = rowCost(layer, map, fmaps, chip);
      const score = total * totalCycles(cost.pace, cost.dram, chip);
      const tied = best !== undefined && Math.abs(score - best.score) <= 1e-9 * best.score;
      if (!best || (tied ? cost.energy < best.cost.energy : score < best.score)) best = { map, cost, score };
    }
  }
  return best;
}

/** What the buffer can hold beside the ifmap rows of a single channel. */
function* held(layer: RowLayer, chip: RowChip): Generator<Held> {
  for (const n of fewest(layer.N, layer.N))
    for (const e of fewest(layer.P, layer.P)) {
      const psums = psumWords(layer, { n, e, channels: 1 }, chip);
      for (const m of fewest(layer.K, Math.floor(psums / (n * e * layer.Q)))) yield { m, n, e };
    }
}

/** Words of the buffer left for psums by the ifmap rows of a pass, whole banks each; negative where there are none. */
function psumWords(
  layer: RowLayer,
  { n, e, channels }: { n: number; e: number; channels: number },
  chip: RowChip,
): number {
  const ifmap = n * channels * layer.width * rowsRead({ ...layer, P: e }, e);
  return (chip.banks - Math.ceil(ifmap / chip.bankWords)) * chip.bankWords;
}

/** Every way to lay that on the array that no other of as many passes makes pointless. */
function* inArray(layer: RowLayer, part: Held, chip: RowChip): Generator<RowMapping> {
  const { m, n, e } = part;
  const { R, S } = layer;
  const channels = layer.C * layer.pieces;
  const sets = setsThatFit(chip, R, e);
  const mostQ = Math.min(Math.floor(chip.ifmapSpad / layer.window), Math.floor(chip.filterSpad / S));
  // Of several r, or t, that leave equal parts the smallest costs least in everything: no other is tried.
  for (const r of fewest(channels, sets))
    for (const q of fewest(Math.ceil(channels / r), mostQ)) {
      if (psumWords(layer, { n, e, channels: q * r }, chip) < m * n * e * layer.Q) continue;
      const filters = Math.floor(chip.filterWords / (q * r * R * S));
      for (const t of fewest(m, Math.min(Math.floor(sets / r), filters))) {
        const mostP = Math.min(chip.psumSpad, Math.floor(chip.filterSpad / (q * S)), Math.floor(filters / t));
        const least = Math.ceil(m / (mostP * t));
        for (let passes = least; passes < least + PASSES_TRIED; passes++)
          yield { ...part, p: Math.ceil(m / (passes * t)), q, r, t };
      }
    }
}

/** More passes than the fewest can waste fewer slots of the last one; beyond a few they only read the ifmaps again. */
const PASSES_TRIED = 3;

/** Sizes up to `most` of equal parts of `whole`: the smallest for each number of parts. */
export function fewest(whole: number, most: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = Math.min(whole, most); size >= 1; ) {
    const smallest = Math.ceil(whole / Math.ceil(whole / size));
    sizes.push(smallest);
    size = smallest - 1;
  }
  return sizes;
}
