/** FESA: kernels of a few fixed patterns on a systolic array; ifmaps stay dense. */
import { withoutPorts } from '../arch/ports.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { patternArrayCost } from '../cost/pattern-array.ts';
import { wholeKernel } from '../model/sparsity.ts';
import { MOST_PATTERNS, PATTERNED_TAPS } from '../prune/pattern.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

/** What its rule promises. "2 to 7 fixed patterns" of 3x3 kernels in v2's related work; eight is what three bits choose. */
const LIMITS = { patterns: MOST_PATTERNS, positions: PATTERNED_TAPS } as const;

export const fesa: Accelerator = {
  name: 'fesa',
  summary: 'systolic array for kernels of a few fixed patterns, ifmaps dense',
  cite: 'FESA as described in Sun et al., Sense, arXiv:2202.00389v2, 2022; its own text is not at hand',
  fidelity:
    'time is dense time x the density of the patterns, columns in step, and nothing gained on 1x1 kernels, on kernels above 3x3 or from zero ifmaps; array, buffers and DRAM are ours, for none is known to us',
  published: [],
  arch: { ...withoutPorts(zcu102), name: 'fesa-32x32', rearrange: 'none', pace: 'lock-step' },
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: false },
  rule: (zeros) => ({ kind: 'pattern', zeros, blockFilters: 1, slicesOf: wholeKernel }),
  cost: (work, arch) => patternArrayCost(work, arch, LIMITS),
};
