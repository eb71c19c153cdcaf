/** Which simulator of the silicon there is, and what to install where one is asked for that is not. */
import { fail } from '../../src/errors.ts';
import type { OptionValues, Session } from '../command.ts';

export const ENGINES = ['verilator', 'npm'] as const;
export type Engine = (typeof ENGINES)[number];

const VERILATOR = ['verilator', 'make', 'g++'] as const;

export async function needs(tools: readonly string[], otherwise = ''): Promise<void> {
  const { isInstalled } = await import('../../rtl/tool.ts');
  const absent = tools.filter((tool) => !isInstalled(tool));
  if (absent.length > 0)
    fail(`not installed: ${absent.join(', ')}`, {
      hint: `apt-get install ${tools.join(' ')}, or your system's packages of these names${otherwise}`,
    });
}

/** The engine asked for, or the first of the two that is there: npm's always is. */
export async function engineOf(options: OptionValues): Promise<Engine> {
  const { isInstalled } = await import('../../rtl/tool.ts');
  const asked = options.engine as Engine | undefined;
  const engine = asked ?? (VERILATOR.every(isInstalled) ? 'verilator' : 'npm');
  if (engine === 'verilator') await needs(VERILATOR, '; or --engine npm');
  return engine;
}

export async function coreRunner(engine: Engine, session: Session) {
  if (engine === 'verilator') return (await import('../../rtl/compute/build.ts')).runCore;
  const { npmCoreRunner } = await import('../../rtl/npm/compute.ts');
  return npmCoreRunner(session.progress.note);
}

export async function machineRunner(engine: Engine, session: Session) {
  if (engine === 'verilator') return (await import('../../rtl/core/build.ts')).runMachine;
  const { npmMachineRunner } = await import('../../rtl/npm/machine.ts');
  return npmMachineRunner(session.progress.note);
}

export const simulatorName = (engine: Engine): string => (engine === 'npm' ? 'CXXRTL' : 'Verilator');
