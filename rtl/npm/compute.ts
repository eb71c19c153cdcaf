/** The compute core on the engine that npm alone brings. */
import { type CoreRunner, computeSources, coreMacros, coreTestbench } from '../compute/build.ts';
import { readRuns } from '../compute/images.ts';
import { coreParameters } from '../compute/widths.ts';
import { buildWasm, runWasm } from './model.ts';

/** `say` hears a line before packages are fetched. */
export const npmCoreRunner =
  (say?: (line: string) => void): CoreRunner =>
  async (images, arch, { seed = 1 } = {}) => {
    const program = await buildWasm({
      top: 'compute_core',
      sources: computeSources,
      parameters: coreParameters(arch),
      testbench: coreTestbench,
      macros: coreMacros(arch),
      ...(say && { say }),
    });
    return readRuns(await runWasm(program, images, { seed }), arch.array.cols);
  };
