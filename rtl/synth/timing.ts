/**
 * An estimate of the longest paths between registers in a mapped design: cell delays plus a fixed delay a wire, no
 * placement, no fan-out, no clock skew. It is an argument, not a sign-off: nothing open routes UltraScale+.
 *
 *   register ─▶ wire ─▶ LUT ─▶ wire ─▶ carry chain ─▶ wire ─▶ register
 *   303         W       127..642  W    114 a 4 bits   W       setup
 *
 * `longestPath` takes one module, its ports and those of the modules in it as registers. `joinedPaths` takes them together:
 * a path may begin in one, run through others and end in another.
 */
import { type CellTiming, keepLatest, type Step, vendorCell, type Way } from './arrivals.ts';
import type { Corner } from './delays.ts';
import { type ModuleTiming, pathsOf, registeredPorts, timeModule } from './module-timing.ts';
import { isInstance, type MappedModule, type Netlist, plainName } from './netlist.ts';

export interface TimedPath {
  readonly picoseconds: number;
  readonly megahertz: number;
  /** LUTs, multiplexers, memories and multipliers on the way; a carry chain counts once. */
  readonly levels: number;
  /** The cells on the way, from its register, and the wire it ends in where that has a name. */
  readonly path: readonly string[];
  /** Those the cells stand in, in the order of the path. */
  readonly modules: readonly string[];
}

export function longestPath(module: MappedModule, { wire }: Corner): TimedPath {
  const timing = timeModule(
    module,
    cellsOf(module, wire, (type) => registeredPorts(plainName(type), wire)),
  );
  let longest: Way = { time: 0, steps: [] };
  for (const path of pathsOf(module, timing, wire)) if (path.time > longest.time) longest = path;
  return described(longest);
}

/** The longest path through each sequence of modules, the longest first. Of the ports, only the top's are registers. */
export function joinedPaths(netlist: Netlist, { wire }: Corner): readonly TimedPath[] {
  const timings = new Map<string, ModuleTiming>();
  const timingOf = (type: string): ModuleTiming => {
    const before = timings.get(type);
    if (before !== undefined) return before;
    const module = netlist.modules.get(type);
    if (module === undefined) throw new Error(`the netlist has no module ${type}`);
    const timing = timeModule(module, cellsOf(module, wire, timingOf));
    timings.set(type, timing);
    return timing;
  };
  const top = timingOf(netlist.top);
  const longest = new Map<string, Way>();
  for (const paths of [pathsOf(netlist.modules.get(netlist.top)!, top, wire), ...insides(timings)])
    for (const path of paths) keepLatest(longest, modulesOf(path.steps).join(), path);
  return [...longest.values()].sort((a, b) => b.time - a.time).map(described);
}

const insides = (timings: ReadonlyMap<string, ModuleTiming>): readonly (readonly Way[])[] =>
  [...timings.values()].map(({ paths }) => paths);

const cellsOf = (
  module: MappedModule,
  wire: number,
  instance: (type: string) => CellTiming,
): readonly CellTiming[] =>
  module.cells.map((cell) => (isInstance(cell.type) ? instance(cell.type) : vendorCell(module, cell, wire)));

/** Each once where several cells in a row stand in it. */
const modulesOf = (steps: readonly Step[]): readonly string[] =>
  steps.map(({ module }) => module).filter((module, i, all) => module !== all[i - 1]);

function described({ time, steps }: Way): TimedPath {
  const cells = steps.map(({ cell }) => cell);
  const between = cells.slice(1, -1);
  return {
    picoseconds: time,
    megahertz: time === 0 ? Number.POSITIVE_INFINITY : Math.floor(1e6 / time),
    levels: between.filter((cell, i) => cell !== 'CARRY4' || between[i - 1] !== 'CARRY4').length,
    path: cells,
    modules: modulesOf(steps),
  };
}
