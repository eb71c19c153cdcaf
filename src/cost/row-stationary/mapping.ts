/**
 * How a layer is laid on the chip, and what that costs: the parameters carry the letters of Chen et al., JSSC 2017, Table III.
 *
 *   a set             R x e PEs make e ofmap rows; wider than the array, it is folded over several bands of R rows
 *   a pass            r * t sets at a time: q * r channels of p * t filters, n images
 *   in the buffer     psums of m filters x n images x e rows, and the ifmap rows of one pass
 */
import { ACCESS_ENERGY, type RowChip } from './chip.ts';
import { type RowLayer, rowsRead } from './layer.ts';

export interface RowMapping {
  readonly m: number; // filters whose psums the buffer holds
  readonly n: number; // images of a pass
  readonly e: number; // ofmap rows of a pass
  readonly p: number; // filters a PE interleaves
  readonly q: number; // channels a PE interleaves
  readonly r: number; // sets on other channels
  readonly t: number; // sets on other filters
}

/** Words of the compressed fmaps, all images and groups, each once. */
export interface FmapWords {
  readonly ifmap: number;
  readonly ofmap: number;
}

export interface DramWords extends FmapWords {
  readonly weight: number;
}

export interface RowCost {
  readonly passes: number;
  /** Processing: every network runs beside the PEs, so the slowest of them sets the pace. */
  readonly cycles: number;
  /** The same without the turns that psums take at the adders: what one mapping is told from another by. */
  readonly pace: number;
  readonly networkBound: boolean;
  readonly dram: DramWords;
  readonly buffer: { readonly ifmap: number; readonly psum: number; readonly filter: number }; // words read and written
  readonly spadFills: number; // words of ifmaps and filters brought to PEs
  readonly psumHops: number; // psums passed down the columns
  readonly energy: number; // in accesses of a PE's memory
}

/** Sets of `e` ofmap rows that the array holds. */
export function setsThatFit({ array }: RowChip, R: number, e: number): number {
  const bands = Math.floor(array.rows / R);
  return e <= array.cols ? bands * Math.floor(array.cols / e) : Math.floor(bands / Math.ceil(e / array.cols));
}

export function rowCost(layer: RowLayer, map: RowMapping, fmaps: FmapWords, chip: RowChip): RowCost {
  const { N, groups, C, K, P, Q, R, S } = layer;
  const { m, n, e, p, q, r, t } = map;
  const [strips, batches, filterTiles] = [Math.ceil(P / e), Math.ceil(N / n), Math.ceil(K / m)];
  const channels = C * layer.pieces;
  const channelPasses = Math.ceil(channels / (q * r));
  const filterPasses = filterTiles * Math.ceil(m / (p * t));
  const passes = groups * batches * strips * channelPasses * filterPasses;

  const read = rowsRead(layer, e);
  const psums = groups * N * K * P * Q * channelPasses;
  const ifmap = groups * N * C * read * layer.width * filterPasses;
  const dram = dramWords(layer, map, fmaps);
  // A window costs its products and, for each filter, the psum that comes from the PE above: there is one adder.
  const products = groups * N * strips * channelPasses * filterPasses * Q * S * q * p;
  const multiply = products * (1 + 1 / (S * q));
  const { network } = chip;
  const networks = Math.max(psums / network.psum, ifmap / network.ifmap, dram.weight / network.filter);

  const buffer = { ifmap, psum: 2 * psums, filter: dram.weight };
  const macs = groups * N * K * P * Q * channels * R * S;
  const spadFills = passes * R * Math.min(e, P) * r * t * q * (n * layer.width + p * S);
  const psumHops = psums * R * Math.min(r, Math.ceil(channels / q));
  const energy =
    ACCESS_ENERGY.dram * (dram.ifmap + dram.weight + dram.ofmap) +
    ACCESS_ENERGY.buffer * (buffer.ifmap + buffer.psum + buffer.filter) +
    ACCESS_ENERGY.array * (spadFills + psumHops) +
    ACCESS_ENERGY.pe * (5 * macs + spadFills); // the product; filter and ifmap read; psum read and written
  return {
    passes,
    cycles: Math.max(multiply, networks),
    pace: Math.max(products, networks),
    networkBound: networks > multiply,
    dram,
    buffer,
    spadFills,
    psumHops,
    energy,
  };
}

/** Words from and to DRAM: ifmaps once for each tile of filters, filters once for each strip of each batch of images. */
export function dramWords(
  layer: RowLayer,
  { m, n, e }: Pick<RowMapping, 'm' | 'n' | 'e'>,
  fmaps: FmapWords,
): DramWords {
  const { N, groups, K, P, weights } = layer;
  return {
    ifmap: (fmaps.ifmap * Math.ceil(K / m) * rowsRead(layer, e)) / rowsRead(layer, P),
    weight: groups * K * weights * Math.ceil(N / n) * Math.ceil(P / e),
    ofmap: fmaps.ofmap,
  };
}

/** Processing, and the fmaps that DRAM moves while the array waits; or all that DRAM moves, where that takes longer. */
export const totalCycles = (
  processing: number,
  { ifmap, weight, ofmap }: DramWords,
  { dramWords: pace }: RowChip,
): number => Math.max(processing + (ifmap + ofmap) / pace, (ifmap + weight + ofmap) / pace);
