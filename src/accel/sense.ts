/** Sense: sparse ifmaps and weights on a systolic array, its rhythm kept by kernels with equal numbers of non-zeros. */
import { zcu102 } from '../arch/presets/zcu102.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { chooseUnroll, lower } from '../schedule/lowering.ts';
import { scheduledConv } from '../sim/scheduled-conv.ts';
import { type Accelerator, squareArray } from './accelerator.ts';

export const sense: Accelerator = {
  name: 'sense',
  summary:
    'sparse systolic array: equal non-zeros a kernel, rows that run ahead of each other, Partition Reuse',
  cite: 'Sun et al., Sense: Model Hardware Co-design for Accelerating Sparse Neural Networks, arXiv:2202.00389v1, 2022',
  fidelity:
    'exact to the cycle against the stepped model and the RTL where DRAM does not stall it; loads and stores overlap pass by pass',
  published: [
    { what: 'images/s', network: 'alexnet', value: 471, unit: 'images/s', source: 'v2 and tvlsi (C11)' },
    { what: 'images/s', network: 'vgg16', value: 34, unit: 'images/s', source: 'v2 and tvlsi (C11)' },
    { what: 'images/s', network: 'resnet50', value: 53, unit: 'images/s', source: 'v2 and tvlsi (C11)' },
    { what: 'images/s', network: 'googlenet', value: 191, unit: 'images/s', source: 'v2 and tvlsi (C11)' },
    { what: 'peak', value: 409.6, unit: 'GOP/s', source: 'v1 abstract (C5)' },
    { what: 'power', value: 11.2, unit: 'W', source: 'v1 abstract (C6)' },
  ],
  arch: zcu102,
  shape: squareArray,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros, arch) => ({
    kind: 'equal-per-kernel',
    zeros,
    blockFilters: arch.array.cols,
    slicesOf: (conv) =>
      lower(conv, chooseUnroll(conv, arch))[0]!.slices.map(({ taps }) => taps.map((tap) => tap.weight)),
  }),
  silicon: true,
  cost: (work, arch) => planLayer(work, arch).cost,
  execute: (work, arch) => {
    const { operands, schedule } = planLayer(work, arch);
    return scheduledConv(operands, schedule, arch);
  },
};
