/** `sense rtl synth`: the machine's parts mapped by Yosys, counted, timed, and held against the ZCU102's device. */
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { addResources, fits, NOTHING, type Resources, XCZU9EG } from '../../src/cost/resources.ts';
import { coreParameters } from '../compute/widths.ts';
import { countOwn, instances } from './count.ts';
import { CORNERS } from './delays.ts';
import { type Netlist, plainName } from './netlist.ts';
import { CORE_SOURCES, OFMAP_SOURCES } from './sources.ts';
import { type LongestPath, longestPath } from './timing.ts';
import { mapDesign } from './yosys.ts';

export interface SynthesisPart {
  readonly name: string;
  readonly count: number;
  /** Of one, without the parts inside it. */
  readonly each: Resources;
}

/** Estimates in MHz: see timing.ts for what they leave out. */
export interface BlockTiming {
  readonly name: string;
  readonly openMHz: number;
  readonly congestedMHz: number;
  readonly levels: number;
  readonly path: readonly string[];
}

export interface Synthesis extends Resources {
  readonly device: string;
  readonly fits: boolean;
  readonly rows: number;
  readonly cols: number;
  readonly parts: readonly SynthesisPart[];
  readonly timing: readonly BlockTiming[];
  readonly notCounted: readonly string[];
}

export const NOT_COUNTED: readonly string[] = [
  'the AXI4 master, the AXI4-Lite port and the descriptors (not built)',
  'the ifmap, weight and stream buffers between them and the core (not built)',
  'one requantiser, pool and encoder are counted; how many the machine needs is not decided',
];

export interface SynthOptions {
  readonly rows: number;
  readonly cols: number;
  readonly pe?: Partial<Arch['pe']>;
  readonly progress?: (stage: string, done: number, total: number) => void;
}

export async function synthesise({ rows, cols, pe, progress = () => {} }: SynthOptions): Promise<Synthesis> {
  const arch: Arch = { ...zcu102, array: { rows, cols }, pe: { ...zcu102.pe, ...pe } };
  const ofmap = ofmapSide(cols);
  progress('compute core', 0, ofmap.length + 1);
  const core = await mapCore(arch);
  const designs = [{ netlist: core, count: 1, within: '' }];
  for (const [i, { top, parameters, count }] of ofmap.entries()) {
    progress(top, i + 1, ofmap.length + 1);
    const netlist = await mapDesign({ top, sources: OFMAP_SOURCES, parameters });
    designs.push({ netlist, count, within: top });
  }
  const parts = designs.flatMap(({ netlist, count, within }) => named(partsOf(netlist, count), within));
  const total = parts.reduce((sum, { each, count }) => addResources(sum, each, count), NOTHING);
  return {
    ...total,
    device: XCZU9EG.name,
    fits: fits(total, XCZU9EG),
    rows,
    cols,
    parts,
    timing: designs.flatMap(({ netlist, within }) => named(timingOf(netlist), within)),
    notCounted: NOT_COUNTED,
  };
}

/** The queues in the ofmap side's blocks share a name; say whose each is. */
const named = <T extends { readonly name: string }>(records: readonly T[], within: string): readonly T[] =>
  records.map((record) =>
    within === '' || record.name === within ? record : { ...record, name: `${within}/${record.name}` },
  );

export const mapCore = (arch: Arch): Promise<Netlist> =>
  mapDesign({ top: 'compute_core', sources: CORE_SOURCES, parameters: coreParameters(arch) });

/** 32-bit words of a column's lane: 192 KiB in 32 lanes, down to a power of two. Small arrays have the same lanes. */
const LANE_WORDS = 1024;

/** A lane a column, the rest once. */
const ofmapSide = (cols: number) =>
  [
    { top: 'ofm_walk', count: 1, parameters: { ADDRESS_BITS: Math.log2(LANE_WORDS) } },
    { top: 'ofm_accumulate', count: cols, parameters: { DEPTH: LANE_WORDS, PSUM_BITS: 32 } },
    { top: 'requantise', count: 1, parameters: {} },
    { top: 'max_pool', count: 1, parameters: {} },
    { top: 'bitmap_encoder', count: 1, parameters: {} },
  ] as const;

export const partsOf = (netlist: Netlist, times = 1): readonly SynthesisPart[] =>
  [...instances(netlist)].map(([type, count]) => ({
    name: plainName(type),
    count: count * times,
    each: countOwn(netlist, type),
  }));

const timingOf = (netlist: Netlist): readonly BlockTiming[] =>
  [...netlist.modules].map(([type, module]) => {
    const [open, congested] = CORNERS.map((corner) => longestPath(module, corner)) as [
      LongestPath,
      LongestPath,
    ];
    return {
      name: plainName(type),
      openMHz: open.megahertz,
      congestedMHz: congested.megahertz,
      levels: congested.levels,
      path: congested.path,
    };
  });
