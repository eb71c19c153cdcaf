/** What a machine is built of, and what its actions cost: its own, a preset's, or a file's. */
import { fail } from '../../src/errors.ts';
import type { OptionSpec, OptionValues, Session } from '../command.ts';
import { isConfig } from '../files.ts';
import type { Accelerator, Arch, EnergyTable, Library } from '../library.ts';
import { at, machineOf, textOption, told } from './shared.ts';

export const ENERGY_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--energy <ert.yaml>',
    says: 'energies of an Accelergy table instead of those of the architecture',
  },
  {
    flags: '--energy-map <map>',
    says: 'which of its components is which action: mac=alu:compute/8,dramBit=ddr:read+write/64,skip=x',
  },
];

interface Built {
  readonly machine: Accelerator;
  readonly arch: Arch;
}

/** A SCALE-Sim configuration names a machine of its own where the user names none; elsewhere that is `otherwise`. */
export async function machineAndArch(
  {
    machine: named,
    arch: asked,
  }: { readonly machine?: string | undefined; readonly arch?: string | undefined },
  otherwise: string,
  { session, library }: { readonly session: Session; readonly library: Library },
): Promise<Built> {
  if (asked !== undefined && isConfig(asked)) {
    const { configured } = await import('../peer-files.ts');
    const chosen = named === undefined ? undefined : machineOf(library, named);
    return told(await configured(at(session, asked), chosen, library), session);
  }
  const machine = machineOf(library, named ?? otherwise);
  if (asked === undefined) return { machine, arch: machine.arch };
  const { archNamed } = await import('../arch-file.ts');
  const energies = library.energyTables.map((table) => table.name);
  const isFile = /\.json$/i.test(asked);
  return {
    machine,
    arch: archNamed(isFile ? at(session, asked) : asked, { presets: library.presets, energies }),
  };
}

/** Architectures with the energies of --energy laid over their own, where it is asked for; each note is told once. */
export async function withEnergies<Of extends { readonly arch: Arch }>(
  built: readonly Of[],
  options: OptionValues,
  { session, library }: { readonly session: Session; readonly library: Library },
): Promise<readonly (Of & { readonly energy?: EnergyTable })[]> {
  const [path, map] = [textOption(options, 'energy'), textOption(options, 'energyMap')];
  if (path === undefined) {
    if (map !== undefined) fail('--energy-map without --energy', { hint: '--energy ert.yaml' });
    return built;
  }
  const [{ energyFile }, peers] = await Promise.all([import('../peer-files.ts'), library.peers()]);
  const bases = [...new Set(built.map(({ arch }) => arch.energy))];
  const read = bases.map((base) =>
    energyFile(at(session, path), map, { base: library.energyTable(base), peers }),
  );
  told({ notes: [...new Set(read.flatMap(({ notes }) => notes))] }, session);
  return built.map((of) => {
    const { table } = read[bases.indexOf(of.arch.energy)]!;
    return { ...of, arch: { ...of.arch, energy: table.name }, energy: table };
  });
}
