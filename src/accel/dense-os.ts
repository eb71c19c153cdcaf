/** The yardstick: an output-stationary array that multiplies every zero it is given. */
import { zcu102 } from '../arch/presets/zcu102.ts';
import { denseCost } from '../cost/dense-gemm.ts';
import { wholeKernel } from '../model/sparsity.ts';
import type { Accelerator } from './accelerator.ts';

export const denseOs: Accelerator = {
  name: 'dense-os',
  summary: 'dense output-stationary systolic array: the yardstick',
  cite: 'Samajdar et al., A Systematic Methodology for Characterizing Scalability of DNN Accelerators using SCALE-Sim, ISPASS 2020',
  arch: zcu102,
  skips: { zeroWeights: false, zeroIfmaps: false },
  rule: () => ({ kind: 'none', zeros: 0, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, arch) => denseCost(work, 'psum', arch),
};
