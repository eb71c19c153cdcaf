/** What the closed form says the compute core takes for a layer, every pass of it in the order of the program. */
import type { Arch } from '../../src/arch/arch.ts';
import { layerPasses } from '../../src/cost/passes.ts';
import { chainTiles } from '../../src/cost/timing.ts';
import type { LayerPlan } from '../../src/plan/plan-layer.ts';

export function closedFormCycles({ counts, schedule }: LayerPlan, arch: Arch): number {
  const tiles = layerPasses(counts, schedule, arch).flatMap((pass) => pass.tiles);
  return chainTiles(tiles, arch).cycles + arch.array.rows + arch.array.cols - 2;
}
