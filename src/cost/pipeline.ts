/**
 * Loads, compute and stores overlapped over double buffers.
 *
 *   step        0       1       2       3
 *   load        L0  L1      L2      L3
 *   compute         C0      C1      C2      C3
 *   store                   S0      S1      S2   S3
 *
 * While step k computes, DRAM loads step k + 1 and stores step k - 1; the slower of the two sets the pace. Inside a step the
 * psums of a pass are requantised while the next pass computes, for the ofmap lanes have two halves.
 */
import type { Arch } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import { weightPortsOf } from '../arch/ports.ts';
import { bytes } from '../units.ts';

export interface Step {
  readonly passes: readonly StepPass[];
  // Bytes that must be on chip before it starts, and that it leaves behind.
  readonly ifmap: number;
  readonly weight: number;
  readonly ofmap: number;
}

export interface StepPass {
  readonly compute: number; // cycles
  readonly emit: number; // cycles in which its psums leave the ofmap lanes; 0 where they stay
}

type Streams = Pick<Step, 'ifmap' | 'weight' | 'ofmap'>;
const NOTHING: Streams = { ifmap: 0, weight: 0, ofmap: 0 };

export function pipelineCycles(steps: readonly Step[], arch: Arch): number {
  const moving = ({ ifmap, weight } = NOTHING, { ofmap } = NOTHING): number =>
    streamCycles({ ifmap, weight, ofmap }, arch);
  let time = moving(steps[0]);
  let emitting = 0; // of the pass before
  for (const [k, { passes }] of steps.entries()) {
    let busy = 0;
    for (const { compute, emit } of passes) {
      busy += Math.max(compute, emitting);
      emitting = emit;
    }
    time += Math.max(busy, moving(steps[k + 1], steps[k - 1]));
  }
  return time + Math.max(emitting, moving(undefined, steps.at(-1)));
}

/** Core cycles to move so many bytes of each stream: all of them share DRAM, and each has its own ports. */
export function streamCycles({ ifmap, weight, ofmap }: Streams, arch: Arch): number {
  const { dram, clock } = arch;
  const shared = dramCycles(bytes(ifmap + weight + ofmap), dram, clock);
  const { ports } = dram;
  if (ports === undefined) return shared;
  const through = (moved: number, count: number): number => Math.ceil(moved / (count * ports.bytesPerCycle));
  return Math.max(
    shared,
    through(ifmap, ports.ifmap),
    through(weight, weightPortsOf(arch)),
    through(ofmap, ports.ofmap),
  );
}
