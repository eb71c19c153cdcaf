/**
 * Loads, compute and stores overlapped over double buffers.
 *
 *   step        0       1       2       3
 *   load        L0  L1      L2      L3
 *   compute         C0      C1      C2      C3
 *   store                   S0      S1      S2   S3
 *
 * While step k computes, DRAM loads step k + 1 and stores step k - 1; the slower of the two sets the pace.
 */
import type { Arch } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import { bytes } from '../units.ts';

export interface Step {
  readonly compute: number; // cycles
  readonly load: number; // bytes
  readonly store: number; // bytes
}

export function pipelineCycles(steps: readonly Step[], { dram, clock }: Arch): number {
  const moving = (n: number): number => dramCycles(bytes(n), dram, clock);
  let time = moving(steps[0]?.load ?? 0);
  for (const [k, { compute }] of steps.entries())
    time += Math.max(compute, moving((steps[k + 1]?.load ?? 0) + (steps[k - 1]?.store ?? 0)));
  return time + moving(steps.at(-1)?.store ?? 0);
}
