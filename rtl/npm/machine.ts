/** The whole machine on the engine that npm alone brings. */

import { machineShape, readersOf } from '../../src/sim/machine/shape.ts';
import { imagesOf, type MachineRunner, machineBench, readRuns } from '../core/build.ts';
import { buildWasm, runWasm } from './model.ts';

/** `say` hears a line before packages are fetched. */
export const npmMachineRunner =
  (say?: (line: string) => void): MachineRunner =>
  async (tasks, arch, { seed = 1, shape } = {}) => {
    const program = await buildWasm(machineBench(arch, shape), say);
    const bytes = await runWasm(program, imagesOf(tasks), { seed });
    return readRuns(bytes, tasks, readersOf(shape ?? machineShape(arch)));
  };
