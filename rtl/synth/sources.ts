/** The SystemVerilog files that are synthesised: the vendor's cells are Yosys's own there, not our models. */
import { computeSources } from '../compute/build.ts';
import { machineSources } from '../core/build.ts';
import { fromRoot } from '../tool.ts';

const synthesised = (sources: readonly string[]): readonly string[] =>
  sources.filter((source) => !source.endsWith('/DSP48E2.sv')).map(fromRoot);

export const CORE_SOURCES: readonly string[] = synthesised(computeSources);
export const MACHINE_SOURCES: readonly string[] = synthesised(machineSources);
