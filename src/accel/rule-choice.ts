/** The rule a user asks for, with the slices and blocks that the machine states for it. */
import type { Arch } from '../arch/arch.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { Accelerator } from './accelerator.ts';

export interface RuleChoice {
  readonly kind: SparsityRule['kind'];
  readonly zeros: number;
}

/** The machine's own kind of rule keeps its own blocks; another kind gets the array's columns. */
export function ruleFor(machine: Accelerator, arch: Arch, { kind, zeros }: RuleChoice): SparsityRule {
  const own = machine.rule(zeros, arch);
  if (kind === own.kind) return own;
  return { ...own, kind, zeros: kind === 'none' ? 0 : zeros, blockFilters: arch.array.cols };
}

/** What the machine itself asks of weights at a share of zeros. */
export function ownChoice(machine: Accelerator, zeros: number, arch: Arch = machine.arch): RuleChoice {
  const own = machine.rule(zeros, arch);
  return { kind: own.kind, zeros: own.zeros };
}
