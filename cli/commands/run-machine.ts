/** `sense run --fidelity sim|rtl`: the layers on the whole core, stepped or in silicon too, beside the closed form. */
import { fail, UserError } from '../../src/errors.ts';
import type { OptionValues, Session } from '../command.ts';
import type { Accelerator, Arch, Library, NetworkTask, Report } from '../library.ts';
import { type Engine, engineOf, machineRunner } from './rtl-tools.ts';
import { textOption } from './shared.ts';

export type Fidelity = 'cost' | 'sim' | 'rtl';

/** Of a memory controller's order; and no stalls drawn at random, so that the same run takes the same cycles. */
const TIMING = { latency: 40, stall: 0, seed: 1 };

/** PEs stepped a second, about, on one core; what stands around them steps like so many more. */
const STEPPED = 3.5e6;
const AROUND = 50;
/** The longest run that is worth starting. */
const MOST_SECONDS = 2 * 3600;

/** Refuses before anything is loaded; what simulates the silicon, where it is asked for. */
export async function checkFidelity(fidelity: Fidelity, options: OptionValues): Promise<Engine | undefined> {
  if (fidelity === 'cost' && textOption(options, 'vcd') !== undefined)
    fail('--vcd writes the wires of a machine that runs, and the closed form runs none', {
      hint: '--fidelity sim --vcd wires.vcd',
    });
  // npm's engine builds a large array for longer than most would wait: only where it is asked for.
  if (fidelity === 'rtl') return engineOf({ engine: options.engine ?? 'verilator' });
  if (options.engine !== undefined)
    fail('--engine chooses what simulates the silicon, and none is run', { hint: '--fidelity rtl' });
  return undefined;
}

/** The architecture as the hardware is: rows run ahead, and no tile is sorted by itself: one order a layer, or channels' own. */
export function hardwareArch(fidelity: Fidelity, machine: Accelerator, arch: Arch): Arch {
  if (fidelity === 'cost') return arch;
  if (!machine.silicon)
    fail(`${machine.name} is a closed form here: there is no core of it to run`, {
      hint: '--fidelity cost, or a machine with silicon: --machine sense',
    });
  return { ...arch, pace: 'free', rearrange: arch.rearrange === 'none' ? 'none' : 'static' };
}

export interface Executed {
  readonly report: Report;
  /** The wires of the first list of layers. */
  readonly vcd: string;
}

export async function execute(
  report: Report,
  tasks: readonly NetworkTask[],
  {
    fidelity,
    engine,
    arch,
    trace,
  }: {
    readonly fidelity: 'sim' | 'rtl';
    readonly engine: Engine | undefined;
    readonly arch: Arch;
    readonly trace: boolean;
  },
  session: Session,
  library: Library,
): Promise<Executed> {
  const seconds = (report.totals.cycles * (arch.array.rows * arch.array.cols + AROUND)) / STEPPED;
  if (seconds > MOST_SECONDS)
    fail(`stepping these layers would take about ${Math.ceil(seconds / 3600)} hours`, {
      hint: '--layers picks some of them, --limit fewer inputs; or --fidelity cost',
    });
  const { fitTasks, verifyFitted } = await import('../../rtl/core/verify-network.ts');
  const wires = trace ? library.machineTrace(arch) : undefined;
  const fitted = refusing(() => fitTasks(tasks, arch));
  const { step } = session.progress;
  if (fidelity === 'rtl')
    step({ stage: 'simulating the silicon; a new size is built first', done: 0, total: 1 });
  let before = 0; // cycles of the tasks that are done
  let last = { task: 0, cycle: 0 };
  const chains = await verifyFitted(fitted, {
    ...{ arch, timing: TIMING, engines: fidelity === 'rtl' ? 'both' : 'stepped' },
    ...(engine && { run: await machineRunner(engine, session) }),
    watch(task, cycle, machine) {
      if (task !== last.task) before += last.cycle;
      last = { task, cycle };
      if (task === 0) wires?.watch(cycle, machine);
      if (cycle % 1024 === 0)
        step({
          stage: 'stepping the machine, cycle',
          done: before + cycle,
          total: Math.max(report.totals.cycles, before + cycle),
        });
    },
  });
  const executed = library.withExecution(report, {
    fidelity,
    latency: TIMING.latency,
    chains: chains.map(({ layers, names, shares, wrong }) =>
      shares.map((share, i) => ({ name: names[i]!, ...share, equal: !wrong.includes(layers[i]!) })),
    ),
    ...(fidelity === 'rtl' && { siliconEqual: chains.every(({ silicon }) => silicon === true) }),
  });
  return { report: executed, vcd: wires?.text() ?? '' };
}

/** A layer that the machine cannot hold: which one, why, and what to try. */
function refusing<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, at, hint } = error;
    const others = '--layers leaves a layer out, and --fidelity cost takes every layer';
    throw new UserError(message, { at, hint: hint === undefined ? others : `${hint}; ${others}` });
  }
}

/** Whether all that was run is right. */
export const allEqual = ({ execution }: Report): boolean =>
  execution === undefined || (execution.equal && execution.siliconEqual !== false);
