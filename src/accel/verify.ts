/** A machine's own execution of a layer, held to the plain convolution: every accumulator, and every pair counted. */
import type { Arch } from '../arch/arch.ts';
import { fail } from '../errors.ts';
import type { LayerWork } from '../model/work.ts';
import { operandsOf } from '../schedule/schedule.ts';
import { convInt } from '../tensor/kernels/conv-int.ts';
import type { Accelerator } from './accelerator.ts';

/** Throws where the machine and the reference differ: that is our mistake, never the user's. */
export function verifyLayer(machine: Accelerator, work: LayerWork, arch: Arch): void {
  if (!machine.execute)
    fail(`machine "${machine.name}" has a cost model only, nothing to verify`, {
      hint: 'use --machine sense',
    });
  const { conv, ifmaps, weight } = operandsOf(work);
  const { accumulators, pairs, largestPsum } = machine.execute(work, arch);
  for (const [n, ifmap] of ifmaps.entries()) {
    const plain = convInt(ifmap, weight, conv);
    const at = plain.findIndex((sum, i) => sum !== accumulators[n]![i]);
    if (at >= 0)
      throw new Error(
        `layer "${work.name}", image ${n}: accumulator ${at} is ${accumulators[n]![at]}, not ${plain[at]}`,
      );
  }
  const { macsEffectual } = machine.cost(work, arch);
  if (pairs !== macsEffectual)
    throw new Error(`layer "${work.name}": ${pairs} pairs multiplied, ${macsEffectual} counted`);
  if (largestPsum >= 2 ** (arch.pe.psumBits - 1))
    fail(`a psum of layer "${work.name}" reaches ${largestPsum}, more than ${arch.pe.psumBits} bits hold`, {
      hint: 'raise pe.psumBits, or split the layer by input channels',
    });
}
