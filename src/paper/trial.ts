/** One way to build and feed a machine: what the claims ask to be run, network by network. */
import type { Accelerator } from '../accel/accelerator.ts';
import { ownChoice, type RuleChoice } from '../accel/rule-choice.ts';
import { sense } from '../accel/sense.ts';
import type { Arch } from '../arch/arch.ts';
import { withoutPorts } from '../arch/ports.ts';
import { archLike, SAMENESS } from '../report/compare-settings.ts';

export interface Trial {
  readonly id: string;
  readonly machine: Accelerator;
  readonly arch: Arch;
  readonly rule: RuleChoice;
  readonly batch: number;
  readonly activations: 'published' | 'dense';
  /** Only these networks; all of them unless it says so. */
  readonly networks?: readonly string[] | undefined;
}

/** Claim C3 and the comparisons of the texts: half of every kernel. */
export const ZEROS = 0.5;

type TrialSettings = Partial<Omit<Trial, 'machine'>>;

/** A machine as its own text has it, at its own rule, batch 1, published activations, but for what is said. */
export function trial(machine: Accelerator, settings: TrialSettings = {}): Trial {
  const arch = settings.arch ?? machine.arch;
  return {
    id: machine.name,
    ...{ machine, arch, rule: ownChoice(machine, ZEROS, arch), batch: 1, activations: 'published' },
    ...settings,
  };
}

/** Sense as it is, the machine that every claim is about. */
export const OURS = trial(sense);

/** Sense taken as its rivals are: streams share DRAM, requantising takes no time. */
export const OURS_SHARED = trial(sense, { id: 'sense, DRAM shared', arch: withoutPorts(sense.arch) });

export const withBits = (arch: Arch, bits: number): Arch => ({
  ...arch,
  wordBits: { ifmap: bits, weight: bits, ofmap: bits },
});

/** A rival on our multipliers, clock, words and DRAM. */
export const onOurTerms = (machine: Accelerator): Trial =>
  trial(machine, { id: `${machine.name}, same`, arch: archLike(machine, sense.arch, SAMENESS) });
