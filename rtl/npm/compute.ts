/** The compute core on the engine that npm alone brings. */
import { type CoreRunner, coreBench } from '../compute/build.ts';
import { readRuns } from '../compute/images.ts';
import { buildWasm, runWasm } from './model.ts';

/** `say` hears a line before packages are fetched. */
export const npmCoreRunner =
  (say?: (line: string) => void): CoreRunner =>
  async (images, arch, { seed = 1 } = {}) =>
    readRuns(await runWasm(await buildWasm(coreBench(arch), say), images, { seed }), arch.array.cols);
