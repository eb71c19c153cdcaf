/** Sense: sparse ifmaps and weights on a systolic array, its rhythm kept by kernels with equal numbers of non-zeros. */
import { zcu102 } from '../arch/presets/zcu102.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { chooseUnroll, lower } from '../schedule/lowering.ts';
import { scheduledConv } from '../sim/scheduled-conv.ts';
import type { Accelerator } from './accelerator.ts';

export const sense: Accelerator = {
  name: 'sense',
  summary:
    'sparse systolic array: equal non-zeros a kernel, channels rearranged by their zeros, Partition Reuse',
  cite: 'Sun et al., Sense: Model Hardware Co-design for Accelerating Sparse Neural Networks, arXiv:2202.00389v1, 2022',
  arch: zcu102,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros, arch) => ({
    kind: 'equal-per-kernel',
    zeros,
    blockFilters: arch.array.cols,
    slicesOf: (conv) =>
      lower(conv, chooseUnroll(conv, arch))[0]!.slices.map(({ taps }) => taps.map((tap) => tap.weight)),
  }),
  cost: (work, arch) => planLayer(work, arch).cost,
  execute: (work, arch) => {
    const { operands, schedule } = planLayer(work, arch);
    return scheduledConv(operands, schedule, arch);
  },
};
