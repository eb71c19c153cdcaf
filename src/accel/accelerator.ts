/** What every machine answers. A new machine is one file beside this one. */
import type { Arch } from '../arch/arch.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import type { ScheduledResult } from '../sim/scheduled-conv.ts';

export interface Accelerator {
  readonly name: string;
  readonly summary: string; // one line for `sense list`
  readonly cite: string;
  readonly arch: Arch; // its default
  readonly skips: { readonly zeroWeights: boolean; readonly zeroIfmaps: boolean };
  /** The rule its weights should obey at a share of zeros; its slices follow from the lowering on `arch`. */
  readonly rule: (zeros: number, arch: Arch) => SparsityRule;
  /** Time, traffic and activity of one layer for one batch, in closed form. */
  readonly cost: (work: LayerWork, arch: Arch) => LayerCost;
  /** The layer computed in the machine's own order of work, where we have that: its accumulators, and what it counted. */
  readonly execute?: (work: LayerWork, arch: Arch) => ScheduledResult;
}
