/** The machine under a simulator: its sources and sizes, whole memory images in and out. */
import type { Arch } from '../../src/arch/arch.ts';
import { DramImage, type DramTiming, idealDram } from '../../src/sim/machine/dram.ts';
import { type MachineShape, machineShape, readersOf } from '../../src/sim/machine/shape.ts';
import type { MachineRun } from '../../src/sim/machine/step-machine.ts';
import type { Bench } from '../bench.ts';
import { computeSources } from '../compute/build.ts';
import { coreParameters } from '../compute/widths.ts';
import { fromRoot } from '../tool.ts';
import { runSimulator, verilated } from '../verilator.ts';

/** All SystemVerilog files of the machine. */
export const machineSources: readonly string[] = [
  ...[
    ...[
      'axi/axi_read',
      'axi/axi_write',
      'table-memory/table_memory',
      'table-memory/lane_memory',
      'table-memory/tap_memory',
    ],
    ...[
      'layer-control/layer_control',
      ...['weight-fetch/weight_fetch', 'weight-fetch/weight_ports'],
      ...['ifm-load/ifm_load', 'ifm-load/ifm_entries', 'ifm-load/ifm_values'],
      ...['wave-issue/wave_issue', 'wave-issue/pass_walk'],
    ],
    ...['ofm-walk/ofm_walk', 'ofm-drain/ofm_drain', 'ofm-lane/ofm_lane', 'requantise/requantise'],
    ...['ofm-pack/ofm_pack', 'ofm-emit/ofm_emit', 'write-gather/write_gather'],
  ].map((name) => fromRoot(`src/blocks/${name}.sv`)),
  ...computeSources,
  fromRoot('rtl/core/sense_core.sv'),
];

/** The parameters of sense_core.sv. */
export const machineParameters = (arch: Arch, shape: MachineShape): Readonly<Record<string, number>> => ({
  ...coreParameters(arch),
  OFM_LANES: shape.ofmLanes,
  WEIGHT_PORTS: shape.weightPorts,
  ENTRIES: shape.entries,
  VALUE_BEATS: shape.valueBeats,
  WEIGHT_BEATS: shape.weightBeats,
  OFM_WORDS: shape.ofmWords,
  CHANNELS: shape.channels,
  HEADER_BEATS: shape.headerBeats,
  GROUPS: shape.groups,
  TILES: shape.tiles,
  PARTITIONS: shape.partitions,
  EMITS: shape.emits,
  FILTERS: shape.filters,
  LUT_REMAINDERS: Number(shape.lutRemainders),
});

/** The machine and its testbench: the same for each engine. */
export const machineBench = (arch: Arch, shape: MachineShape = machineShape(arch)): Bench => ({
  top: 'sense_core',
  sources: machineSources,
  parameters: machineParameters(arch, shape),
  testbench: fromRoot('rtl/core/testbench.cpp'),
  headers: [fromRoot('rtl/core/dram.h')],
  macros: machineMacros(shape),
});

/** What a testbench has to know of the machine's size. */
export const machineMacros = (shape: MachineShape): Readonly<Record<string, number>> => ({
  READERS: readersOf(shape),
});

export interface MachineTask {
  readonly dram: DramImage;
  readonly first: number; // beat of the first descriptor
  readonly timing?: DramTiming;
  readonly limit?: number; // cycles
}

export interface RtlMachineRun extends MachineRun {
  readonly finished: boolean;
  readonly dram: DramImage; // as the machine leaves it
}

/** Runs memory images one after another on one machine in some simulator, each from its reset on. */
export type MachineRunner = (
  tasks: readonly MachineTask[],
  arch: Arch,
  options?: { readonly seed?: number; readonly shape?: MachineShape },
) => Promise<readonly RtlMachineRun[]>;

/** Under Verilator. */
export const runMachine: MachineRunner = async (tasks, arch, { seed = 1, shape } = {}) => {
  const simulator = await verilated(machineBench(arch, shape));
  const bytes = await runSimulator(simulator, imagesOf(tasks), seed);
  return readRuns(bytes, tasks, readersOf(shape ?? machineShape(arch)));
};

/** What the testbench reads: of each task its numbers, then its memory. */
export const imagesOf = (tasks: readonly MachineTask[]): readonly Uint8Array[] =>
  tasks
    .flatMap(({ dram, first, timing = idealDram, limit = 1e9 }) => [
      Uint32Array.of(dram.beats, first, timing.latency, timing.stall, timing.seed, limit),
      dram.words,
    ])
    .map((words) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength));

/** What it writes, of a machine with so many masters that read. */
export function readRuns(
  bytes: Uint8Array,
  tasks: readonly MachineTask[],
  readers: number,
): readonly RtlMachineRun[] {
  const words = new Uint32Array(bytes.slice().buffer);
  let at = 0;
  return tasks.map(({ dram }) => {
    const [cycles, finished, overflow, layers] = words.subarray(at, at + 4);
    const layerStarts = Array.from(words.subarray(at + 4, at + 4 + layers!));
    at += 4 + layers!;
    const beatsRead = Array.from(words.subarray(at, at + readers));
    at += readers;
    const left = new DramImage(dram.beats);
    left.words.set(words.subarray(at + 2, at + 2 + dram.words.length));
    const run = {
      cycles: cycles!,
      finished: finished === 1,
      overflow: overflow === 1,
      layerStarts,
      beatsRead,
    };
    const result = { ...run, beatsWritten: words[at]!, burstsWritten: words[at + 1]!, dram: left };
    at += 2 + dram.words.length;
    return result;
  });
}
