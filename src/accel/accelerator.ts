/** What every machine answers. A new machine is one file beside this one. */
import type { Arch, PeArray } from '../arch/arch.ts';
import type { LayerCost } from '../cost/layer-cost.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { LayerWork } from '../model/work.ts';
import type { ScheduledResult } from '../sim/scheduled-conv.ts';

/** A figure that the machine's own text gives: to be held beside ours, never put in its place. */
export interface Published {
  readonly what: string; // "speed-up over its dense twin", "images/s", "DRAM MB a batch"
  readonly network?: string; // a zoo name, where it is of one network
  readonly value: number;
  readonly unit: string;
  readonly source: string; // text, version, table or section; "from memory" where it is
}

export interface Accelerator {
  readonly name: string;
  readonly summary: string; // one line for `sense list`
  readonly cite: string;
  /** What the closed form follows and what it leaves out, in a sentence or two: read beside each result. */
  readonly fidelity: string;
  readonly published: readonly Published[];
  /** Its default, with the numbers of its text: `array` is its multipliers, rows x cols, whatever they are to it. */
  readonly arch: Arch;
  /** Its array at another number of multipliers, for comparisons at equal peak. */
  readonly shape: (multipliers: number) => PeArray;
  readonly skips: { readonly zeroWeights: boolean; readonly zeroIfmaps: boolean };
  /** The rule its weights should obey at a share of zeros; its slices follow from the lowering on `arch`. */
  readonly rule: (zeros: number, arch: Arch) => SparsityRule;
  /** Time, traffic and activity of one layer for one batch, in closed form. */
  readonly cost: (work: LayerWork, arch: Arch) => LayerCost;
  /** Whether its whole core is here too, stepped (sim/machine) and in SystemVerilog. */
  readonly silicon?: true;
  /** The layer computed in the machine's own order of work, where we have that: its accumulators, and what it counted. */
  readonly execute?: (work: LayerWork, arch: Arch) => ScheduledResult;
}

/** A nearly square array of so many multipliers, with a power of two of rows. */
export function squareArray(multipliers: number): PeArray {
  const rows = 2 ** Math.floor(Math.log2(Math.sqrt(multipliers)));
  return { rows, cols: Math.round(multipliers / rows) };
}
