/** The machine as a program: Verilated with its testbench, kept under .cache/rtl/ by a hash of all that goes in. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Arch } from '../../src/arch/arch.ts';
import { DramImage, type DramTiming, idealDram } from '../../src/sim/machine/dram.ts';
import { type MachineShape, machineShape } from '../../src/sim/machine/shape.ts';
import type { MachineRun } from '../../src/sim/machine/step-machine.ts';
import { computeSources } from '../compute/build.ts';
import { coreParameters } from '../compute/widths.ts';
import { fromRoot, runWell } from '../tool.ts';

/** All SystemVerilog files of the machine. */
export const machineSources: readonly string[] = [
  ...[
    ...[
      'fifo/fifo',
      'axi/axi_read',
      'axi/axi_write',
      'table-memory/table_memory',
      'table-memory/lane_memory',
    ],
    ...[
      'layer-control/layer_control',
      'weight-fetch/weight_fetch',
      ...['ifm-load/ifm_load', 'ifm-load/ifm_entries', 'ifm-load/ifm_slots', 'ifm-load/ifm_values'],
      ...['wave-issue/wave_issue', 'wave-issue/pass_walk'],
    ],
    ...['ofm-accumulate/ofm_walk', 'ofm-drain/ofm_drain', 'ofm-lane/ofm_lane', 'requantise/requantise'],
    ...['ofm-pack/ofm_pack', 'ofm-emit/ofm_emit', 'write-gather/write_gather'],
  ].map((name) => fromRoot(`src/blocks/${name}.sv`)),
  ...computeSources,
  fromRoot('rtl/core/sense_core.sv'),
];

/** The parameters of sense_core.sv. */
export const machineParameters = (arch: Arch, shape: MachineShape): Readonly<Record<string, number>> => ({
  ...coreParameters(arch),
  OFM_LANES: shape.ofmLanes,
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

const testbench = fromRoot('rtl/core/testbench.cpp');

/** Path of the simulator for these sizes of the machine. */
export async function buildMachine(arch: Arch, shape: MachineShape = machineShape(arch)): Promise<string> {
  const options = [
    ...['--cc', '--exe', '--build', '-O3', '--x-assign', 'unique', '--x-initial', 'unique'],
    ...['--top-module', 'sense_core'],
    ...Object.entries(machineParameters(arch, shape)).map(([name, value]) => `-G${name}=${value}`),
    // Large arrays compile in pieces; -O1 is the best trade of compile time for speed.
    ...['--output-split', '5000', '--output-split-cfuncs', '300', '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0'],
  ];
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([options, process.platform, process.arch, await runWell('verilator', ['--version'])]),
  );
  for (const source of [...machineSources, testbench]) hash.update(await readFile(source)).update('\0');
  const folder = fromRoot(`.cache/rtl/sense_core-${hash.digest('hex').slice(0, 16)}`);
  if (await stat(`${folder}/Vsense_core`).catch(() => undefined)) return `${folder}/Vsense_core`;
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  await runWell('verilator', [...options, '--Mdir', draft, ...machineSources, testbench]);
  // Another process may have finished the same build first: then its folder stands and ours goes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return `${folder}/Vsense_core`;
}

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

/** Run memory images one after another on one machine, each from its reset on; whole images in and out. */
export async function runMachine(
  tasks: readonly MachineTask[],
  arch: Arch,
  { seed = 1, shape = machineShape(arch) }: { seed?: number; shape?: MachineShape } = {},
): Promise<readonly RtlMachineRun[]> {
  const simulator = await buildMachine(arch, shape);
  const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
  try {
    const parts = tasks.flatMap(({ dram, first, timing = idealDram, limit = 1e9 }) => [
      Uint32Array.of(dram.beats, first, timing.latency, timing.stall, timing.seed, limit),
      dram.words,
    ]);
    await writeFile(
      `${folder}/in`,
      parts.map((words) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)),
    );
    await runWell(simulator, [`${folder}/in`, `${folder}/out`, String(seed)]);
    return readRuns(await readFile(`${folder}/out`), tasks);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readRuns(bytes: Uint8Array, tasks: readonly MachineTask[]): readonly RtlMachineRun[] {
  const words = new Uint32Array(bytes.slice().buffer);
  let at = 0;
  return tasks.map(({ dram }) => {
    const [cycles, finished, overflow, layers] = words.subarray(at, at + 4);
    const layerStarts = Array.from(words.subarray(at + 4, at + 4 + layers!));
    at += 4 + layers!;
    const beatsRead = Array.from(words.subarray(at, at + 3));
    const left = new DramImage(dram.beats);
    left.words.set(words.subarray(at + 5, at + 5 + dram.words.length));
    const run = {
      cycles: cycles!,
      finished: finished === 1,
      overflow: overflow === 1,
      layerStarts,
      beatsRead,
    };
    const result = { ...run, beatsWritten: words[at + 3]!, burstsWritten: words[at + 4]!, dram: left };
    at += 5 + dram.words.length;
    return result;
  });
}
