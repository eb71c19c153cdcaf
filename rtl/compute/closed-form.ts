/** What the closed form says the compute core takes for a layer, every pass of it in the order of the program. */
import type { Arch } from '../../src/arch/arch.ts';
import { arrayTime } from '../../src/cost/array-time.ts';
import { layerPasses } from '../../src/cost/passes.ts';
import type { LayerPlan } from '../../src/plan/plan-layer.ts';

export function closedFormCycles({ counts, schedule }: LayerPlan, arch: Arch): number {
  const { cycles } = arrayTime(layerPasses(counts, schedule, arch), counts, arch);
  return cycles + arch.array.rows + arch.array.cols - 2;
}
