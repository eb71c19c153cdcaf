/** What the three dense systolic arrays have in common: they differ in which operand stays in the array, and in nothing else. */
import { withoutPorts } from '../arch/ports.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { denseCost, type Stationary } from '../cost/dense-gemm.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

export const denseArray = (
  stationary: Stationary,
  { name, dataflow }: { readonly name: string; readonly dataflow: string },
): Accelerator => ({
  name,
  summary: `dense ${dataflow} systolic array: the yardstick`,
  cite: 'Samajdar et al., A Systematic Methodology for Characterizing Scalability of DNN Accelerators using SCALE-Sim, ISPASS 2020',
  fidelity:
    "compute cycles equal SCALE-Sim's, fold by fold; DRAM is our own model, dense operands in the cheaper order of reuse with loads and stores wholly overlapped, so stalls are a lower bound: without any overlap a layer takes its compute and its DRAM cycles added up",
  published: [],
  arch: { ...withoutPorts(zcu102), rearrange: 'none', pace: 'lock-step' },
  shape: squareArray,
  skips: { zeroWeights: false, zeroIfmaps: false },
  rule: () => ({ kind: 'none', zeros: 0, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, arch) => denseCost(work, stationary, arch),
});
