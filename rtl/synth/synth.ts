/** `sense rtl synth`: the whole machine mapped by Yosys, counted, timed, and held against the ZCU102's device. */
import type { Arch } from '../../src/arch/arch.ts';
import { addResources, fits, NOTHING, type Resources, XCZU9EG } from '../../src/cost/resources.ts';
import { machineShape } from '../../src/sim/machine/shape.ts';
import { coreParameters } from '../compute/widths.ts';
import { machineParameters } from '../core/build.ts';
import { archOf, type Lean, type LeanSize } from '../lean.ts';
import { countOwn, instances } from './count.ts';
import { CONGESTED, CORNERS } from './delays.ts';
import { type Netlist, plainName } from './netlist.ts';
import { CORE_SOURCES, MACHINE_SOURCES } from './sources.ts';
import { joinedPaths, longestPath, type TimedPath } from './timing.ts';
import { mapDesign } from './yosys.ts';

export interface SynthesisPart {
  readonly name: string;
  readonly count: number;
  /** Of one, without the parts inside it. */
  readonly each: Resources;
}

/** Estimates in MHz: see timing.ts for what they leave out. */
export interface CrossingTiming {
  readonly name: string;
  readonly congestedMHz: number;
  readonly levels: number;
  readonly path: readonly string[];
}

export interface BlockTiming extends CrossingTiming {
  readonly openMHz: number;
}

export interface Synthesis extends Resources {
  readonly lean: Lean;
  readonly device: string;
  readonly fits: boolean;
  readonly rows: number;
  readonly cols: number;
  readonly parts: readonly SynthesisPart[];
  /** Of each module, its ports taken as registers. */
  readonly timing: readonly BlockTiming[];
  /** The longest path through each sequence of modules, the slowest first. */
  readonly crossings: readonly CrossingTiming[];
  readonly notCounted: readonly string[];
}

export const NOT_COUNTED: readonly string[] = [
  "the PS side: its DDR controller, and the interconnect between its ports and the machine's six",
];

export async function synthesise(options: LeanSize): Promise<Synthesis> {
  const { rows, cols, lean } = options;
  const arch = archOf(options);
  const netlist = await mapDesign({
    top: 'sense_core',
    sources: MACHINE_SOURCES,
    parameters: { ...machineParameters(arch, machineShape(arch)), DSP48: 1 },
  });
  const parts = partsOf(netlist);
  const total = parts.reduce((sum, { each, count }) => addResources(sum, each, count), NOTHING);
  return {
    lean,
    ...total,
    device: XCZU9EG.name,
    fits: fits(total, XCZU9EG),
    rows,
    cols,
    parts,
    timing: timingOf(netlist),
    crossings: crossingsOf(netlist),
    notCounted: NOT_COUNTED,
  };
}

/** The compute core alone, for the fit over its sizes. */
export const mapCore = (arch: Arch): Promise<Netlist> =>
  mapDesign({
    top: 'compute_core',
    sources: CORE_SOURCES,
    within: ['fifo'],
    parameters: { ...coreParameters(arch), DSP48: 1 },
  });

/** Modules of one name that come to the same cells count together, whatever their parameters. */
export function partsOf(netlist: Netlist): readonly SynthesisPart[] {
  const parts = new Map<string, SynthesisPart>();
  for (const [type, count] of instances(netlist)) {
    const [name, each] = [plainName(type), countOwn(netlist, type)];
    const key = JSON.stringify([name, each]);
    parts.set(key, { name, count: count + (parts.get(key)?.count ?? 0), each });
  }
  return [...parts.values()];
}

const timingOf = (netlist: Netlist): readonly BlockTiming[] =>
  [...netlist.modules].map(([type, module]) => {
    const [open, congested] = CORNERS.map((corner) => longestPath(module, corner));
    return { ...congestedTiming(plainName(type), congested!), openMHz: open!.megahertz };
  });

export const crossingsOf = (netlist: Netlist): readonly CrossingTiming[] =>
  joinedPaths(netlist, CONGESTED)
    .filter(({ modules }) => modules.length > 1)
    .map((path) => congestedTiming(path.modules.join(' > '), path));

const congestedTiming = (name: string, { megahertz, levels, path }: TimedPath): CrossingTiming => ({
  name,
  congestedMHz: megahertz,
  levels,
  path,
});
