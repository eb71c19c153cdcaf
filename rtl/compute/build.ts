/** The compute core as a program: Verilated with its testbench, kept under .cache/rtl/ by a hash of all that goes in. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Arch } from '../../src/arch/arch.ts';
import { fromRoot, runWell } from '../tool.ts';
import { type RtlRun, readRuns } from './images.ts';
import { coreParameters, coreWidths, STREAM_BITS } from './widths.ts';

/** A PE: one bank of psums or two, its multiplier in the vendor's slice (and that one's model) or not. */
export const peSources: readonly string[] = [
  ...['pe', 'psum_banks', 'psum_single', 'mac_portable', 'mac_dsp48'].map(
    (name) => `src/blocks/pe/${name}.sv`,
  ),
  'rtl/synth/DSP48E2.sv',
];

/** All SystemVerilog files of the compute core. */
export const computeSources: readonly string[] = [
  ...peSources,
  'src/blocks/array/pe_array.sv',
  'src/blocks/ifm-stream/ifm_stream.sv',
  'src/blocks/weight-loader/weight_loader.sv',
  'src/blocks/psum-drain/psum_drain.sv',
  'src/blocks/sequencer/sequencer.sv',
  'rtl/compute/compute_core.sv',
].map(fromRoot);

export const coreTestbench: string = fromRoot('rtl/compute/testbench.cpp');

/** Sizes of the ports, as the testbench's macros. */
export function coreMacros(arch: Arch): Readonly<Record<string, number>> {
  const w = coreWidths(arch);
  return {
    ROWS: arch.array.rows,
    COLS: arch.array.cols,
    WEIGHT_LANES: arch.pe.weightLanes,
    ADDRESS_BITS: w.address,
    RECORD_BITS: w.record,
    STREAM_BITS,
    ENTRY_BITS: w.entry,
    TAP_BITS: w.tap,
  };
}

/** Path of the simulator for these sizes of the core. */
export async function buildCore(arch: Arch): Promise<string> {
  const parameters = Object.entries(coreParameters(arch));
  const options = [
    ...['--cc', '--exe', '--build', '-O3', '--x-assign', 'unique', '--x-initial', 'unique'],
    ...['--top-module', 'compute_core', ...parameters.map(([name, value]) => `-G${name}=${value}`)],
    // Large arrays compile in pieces; -O1 is the best trade of compile time for speed.
    ...['--output-split', '5000', '--output-split-cfuncs', '300', '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0'],
    ...Object.entries(coreMacros(arch)).flatMap(([name, value]) => ['-CFLAGS', `-D${name}=${value}`]),
  ];
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([options, process.platform, process.arch, await runWell('verilator', ['--version'])]),
  );
  for (const source of [...computeSources, coreTestbench]) hash.update(await readFile(source)).update('\0');
  const folder = fromRoot(`.cache/rtl/compute_core-${hash.digest('hex').slice(0, 16)}`);
  if (await stat(`${folder}/Vcompute_core`).catch(() => undefined)) return `${folder}/Vcompute_core`;
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  await runWell('verilator', [...options, '--Mdir', draft, ...computeSources, coreTestbench]);
  // Another process may have finished the same build first: then its folder stands and ours goes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return `${folder}/Vcompute_core`;
}

/** Runs programs one after another on one core in some simulator, whole images in and out. */
export type CoreRunner = (
  images: readonly Uint8Array[],
  arch: Arch,
  options?: { readonly seed?: number },
) => Promise<readonly RtlRun[]>;

/** Under Verilator. */
export const runCore: CoreRunner = async (images, arch, { seed = 1 } = {}) => {
  const simulator = await buildCore(arch);
  const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
  try {
    await writeFile(`${folder}/in`, images);
    await runWell(simulator, [`${folder}/in`, `${folder}/out`, String(seed)]);
    return readRuns(await readFile(`${folder}/out`), arch.array.cols);
  } finally {
    await rm(folder, { recursive: true });
  }
};
