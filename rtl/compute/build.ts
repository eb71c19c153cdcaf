/** The compute core under a simulator: its sources and sizes, whole images in and out. */
import type { Arch } from '../../src/arch/arch.ts';
import type { Bench } from '../bench.ts';
import { fromRoot } from '../tool.ts';
import { runSimulator, verilated } from '../verilator.ts';
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
  'src/blocks/fifo/fifo.sv',
  'src/blocks/row-pace/row_pace.sv',
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

/** The core and its testbench: the same for each engine. */
export const coreBench = (arch: Arch): Bench => ({
  top: 'compute_core',
  sources: computeSources,
  parameters: coreParameters(arch),
  testbench: coreTestbench,
  macros: coreMacros(arch),
});

/** Runs programs one after another on one core in some simulator, whole images in and out. */
export type CoreRunner = (
  images: readonly Uint8Array[],
  arch: Arch,
  options?: { readonly seed?: number },
) => Promise<readonly RtlRun[]>;

/** Under Verilator. */
export const runCore: CoreRunner = async (images, arch, { seed = 1 } = {}) =>
  readRuns(await runSimulator(await verilated(coreBench(arch)), images, seed), arch.array.cols);
