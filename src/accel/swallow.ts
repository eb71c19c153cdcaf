/** Swallow: zeros of weights and ifmaps on a systolic array, with nothing done about their imbalance. */
import type { Arch } from '../arch/arch.ts';
import { withoutPorts } from '../arch/ports.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { scheduledConv } from '../sim/scheduled-conv.ts';
import { hertz } from '../units.ts';
import type { Accelerator } from './accelerator.ts';
import { sense } from './sense.ts';

/** What sets it apart, whatever architecture and order it is given: docs/papers/swallow.md. */
const HABITS = { rearrange: 'none', pace: 'lock-step', reuse: 'reuse-ifmap-first' } as const;
const habitual = (arch: Arch): Arch => ({ ...withoutPorts(arch), ...HABITS });

export const swallow: Accelerator = {
  name: 'swallow',
  summary: 'sparse systolic array that waits for its slowest PE and always reuses ifmaps first',
  cite: 'Liu et al., Swallow: A Versatile Accelerator for Sparse Neural Networks, IEEE TCAD 39(12), 2020, 10.1109/TCAD.2020.2978836',
  fidelity:
    'the array, timing and compression of this project without rearrangement, with unstructured pruning and ifmaps always reused first; its own PE, tiling, buffers and word width are not public to us',
  published: [
    { what: 'peak', value: 614, unit: 'GOP/s', source: 'abstract, IEEE TCAD 2020' },
    { what: 'power', value: 1.26, unit: 'W', source: 'abstract, IEEE TCAD 2020' },
    {
      what: 'energy efficiency over Cambricon-X',
      value: 1.32,
      unit: 'x',
      source: 'abstract, IEEE TCAD 2020',
    },
  ],
  arch: {
    ...withoutPorts(zcu102),
    ...HABITS,
    name: 'swallow-614',
    // 614.4 GOP/s are 307.2 GMAC/s; 1024 PEs at 300 MHz is our factorisation of it, 16 bits that of Cambricon-X, to which
    // it is compared. Buffers and DRAM, unpublished to us, are those of the other machine.
    array: { rows: 32, cols: 32 },
    clock: hertz(300e6),
    wordBits: { ifmap: 16, weight: 16, ofmap: 16 },
    energy: '45nm-horowitz',
  },
  shape: sense.shape,
  skips: { zeroWeights: true, zeroIfmaps: true },
  rule: (zeros, arch) => ({ ...sense.rule(zeros, arch), kind: 'magnitude' }),
  cost: (work, arch) => planLayer({ ...work, order: undefined }, habitual(arch)).cost,
  execute: (work, arch) => {
    const own = habitual(arch);
    const { operands, schedule } = planLayer({ ...work, order: undefined }, own);
    return scheduledConv(operands, schedule, own);
  },
};
