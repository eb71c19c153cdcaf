/** The stepped compute core against the closed form, to the cycle, and against the plain convolution, to the bit. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closedFormCycles } from '../../rtl/compute/closed-form.ts';
import { anyLayer } from '../../rtl/compute/layers.ts';
import { anyArch } from '../../rtl/compute/random-arch.ts';
import { anyOrder, randomWork } from '../../rtl/random-work.ts';
import type { Arch } from '../arch/arch.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import type { LayerWork } from '../model/work.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { convReference } from '../tensor/conv-reference.ts';
import { seeded } from '../tensor/random.ts';
import { addHalos } from './add-halos.ts';
import { computeProgram } from './compute-program.ts';
import { stepCore } from './step-core.ts';

function check(work: LayerWork, arch: Arch): void {
  const plan = planLayer(work, arch);
  const { operands, schedule } = plan;
  const program = computeProgram(operands, schedule, { arch });
  const { psums, cycles } = stepCore(program, arch);
  const ofmaps = addHalos(program.drains, schedule, { psums, images: operands.ifmaps.length });
  for (const [n, ifmap] of operands.ifmaps.entries())
    expect(ofmaps[n]).toEqual(convReference(ifmap, operands.weight, operands.conv));
  expect(cycles).toBe(closedFormCycles(plan, arch));
}

/** Three pixels and a row of one PE: one channel ends where the next one begins as often as can be. */
const fewPixels: LayerWork = randomWork(
  {
    ...{ C: 64, H: 1, W: 3, K: 4, R: 1, S: 1 },
    ...{ stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  },
  { ifmap: 0.6, weight: 1 },
  { seed: 4, batch: 1, signed: false },
);

test('any layer on any array: psums of the plain convolution, cycles of the closed form', () => {
  fc.assert(fc.property(anyLayer, anyArch, check), { numRuns: 100 });
});

test('the same with channels in any order', () => {
  const ordered = (work: LayerWork): LayerWork => ({ ...work, order: anyOrder(work.conv.C, seeded(6)) });
  fc.assert(
    fc.property(anyLayer.map(ordered), anyArch, (work, arch) =>
      check(work, { ...arch, rearrange: 'static' }),
    ),
    { numRuns: 60 },
  );
});

test('the order in which the blocks tick does not matter', () => {
  fc.assert(
    fc.property(anyLayer, anyArch, (work, arch) => {
      const { operands, schedule } = planLayer(work, arch);
      const program = computeProgram(operands, schedule, { arch });
      expect(stepCore(program, arch, { order: 'reverse' })).toEqual(stepCore(program, arch));
    }),
    { numRuns: 15 },
  );
});

test('with a channel gap of 1 products are lost: the gap of 2 is not for nothing', () => {
  const accumulators = (channelGap: number) => {
    const arch = { ...zcu102, array: { rows: 1, cols: 4 }, pe: { ...zcu102.pe, channelGap } };
    const { operands, schedule } = planLayer(fewPixels, arch);
    const program = computeProgram(operands, schedule, { arch });
    const { psums } = stepCore(program, arch);
    return [
      addHalos(program.drains, schedule, { psums, images: 1 })[0],
      convReference(operands.ifmaps[0]!, operands.weight, operands.conv),
    ];
  };
  const [right, plain] = accumulators(2);
  expect(right).toEqual(plain);
  expect(accumulators(1)[0]).not.toEqual(plain);
});
