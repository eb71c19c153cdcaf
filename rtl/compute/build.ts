/** The compute core as a program: Verilated with its testbench, kept under .cache/rtl/ by a hash of all that goes in. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Arch } from '../../src/arch/arch.ts';
import { fromRoot, runWell } from '../tool.ts';
import { type RtlRun, readRuns } from './images.ts';
import { coreParameters, coreWidths } from './widths.ts';

/** All SystemVerilog files of the compute core. */
export const computeSources: readonly string[] = [
  'src/blocks/pe/pe.sv',
  'src/blocks/array/pe_array.sv',
  'src/blocks/ifm-stream/ifm_stream.sv',
  'src/blocks/weight-loader/weight_loader.sv',
  'src/blocks/psum-drain/psum_drain.sv',
  'src/blocks/sequencer/sequencer.sv',
  'rtl/compute/compute_core.sv',
].map(fromRoot);

const testbench = fromRoot('rtl/compute/testbench.cpp');

/** Path of the simulator for these sizes of the core. */
export async function buildCore(arch: Arch): Promise<string> {
  const parameters = Object.entries(coreParameters(arch));
  const w = coreWidths(arch);
  const macros = [
    ...parameters.filter(([name]) => ['ROWS', 'COLS', 'WEIGHT_LANES'].includes(name)),
    ['ADDRESS_BITS', w.address],
    ['RECORD_BITS', w.record],
    ['ENTRY_BITS', w.entry],
    ['TAP_BITS', w.tap],
  ];
  const options = [
    ...['--cc', '--exe', '--build', '-O3', '--x-assign', 'unique', '--x-initial', 'unique'],
    ...['--top-module', 'compute_core', ...parameters.map(([name, value]) => `-G${name}=${value}`)],
    // Large arrays compile in pieces; -O1 is the best trade of compile time for speed.
    ...['--output-split', '5000', '--output-split-cfuncs', '300', '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0'],
    ...macros.flatMap(([name, value]) => ['-CFLAGS', `-D${name}=${value}`]),
  ];
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([options, process.platform, process.arch, await runWell('verilator', ['--version'])]),
  );
  for (const source of [...computeSources, testbench]) hash.update(await readFile(source)).update('\0');
  const folder = fromRoot(`.cache/rtl/compute_core-${hash.digest('hex').slice(0, 16)}`);
  if (await stat(`${folder}/Vcompute_core`).catch(() => undefined)) return `${folder}/Vcompute_core`;
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  await runWell('verilator', [...options, '--Mdir', draft, ...computeSources, testbench]);
  // Another process may have finished the same build first: then its folder stands and ours goes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return `${folder}/Vcompute_core`;
}

/** Run programs one after another on one core, whole images in and out. */
export async function runCore(
  images: readonly Uint8Array[],
  arch: Arch,
  { seed = 1 }: { seed?: number } = {},
): Promise<readonly RtlRun[]> {
  const simulator = await buildCore(arch);
  const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
  try {
    await writeFile(`${folder}/in`, images);
    await runWell(simulator, [`${folder}/in`, `${folder}/out`, String(seed)]);
    return readRuns(await readFile(`${folder}/out`), arch.array.cols);
  } finally {
    await rm(folder, { recursive: true });
  }
}
