/** Which tile: an estimate over mean densities ranks every size that fits the psum memory. */
import type { Arch } from '../arch/arch.ts';
import { BANK_SWITCH } from '../cost/timing.ts';
import type { LoweredLayer } from '../schedule/lowering.ts';
import { type TileSize, tileSizes } from '../schedule/tiling.ts';

export interface MeanLoad {
  readonly planes: number; // virtual channels a pass runs over
  readonly taps: number; // mean over virtual channels of the taps a row waits for
  readonly density: number; // of the ifmap
}

/** Sizes by estimated cycles, best first. */
export function rankTiles(layer: LoweredLayer, mean: MeanLoad, arch: Arch): readonly TileSize[] {
  return tileSizes(layer, arch.pe.psumDepth)
    .map((size) => ({ size, cycles: estimate(size, layer, { mean, arch }) }))
    .sort((a, b) => a.cycles - b.cycles)
    .map(({ size }) => size);
}

function estimate(
  [h, w]: TileSize,
  { rows, cols, halo }: LoweredLayer,
  { mean, arch }: { mean: MeanLoad; arch: Arch },
): number {
  const { array, pe } = arch;
  const [down, across] = [Math.ceil((rows[1] - rows[0]) / h), Math.ceil((cols[1] - cols[0]) / w)];
  const pixels = ((rows[1] - rows[0]) / down) * ((cols[1] - cols[0]) / across);
  const waves = Math.ceil(mean.planes / array.rows);
  const compute = pixels * mean.density * mean.taps + pe.channelGap;
  const load = (Math.min(mean.planes, array.rows) * mean.taps) / pe.weightLanes + BANK_SWITCH;
  const drain = (h + halo[0]) * (w + halo[1]) + BANK_SWITCH;
  const busy = waves * Math.max(compute, load);
  return down * across * (pe.psumBanks === 2 ? Math.max(busy, drain) : busy + drain);
}
