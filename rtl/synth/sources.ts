/** The SystemVerilog files that are synthesised. */
import { join } from 'node:path';
import { packageRoot } from '../root.ts';

const blocks = (...names: readonly string[]): readonly string[] =>
  names.map((name) => join(packageRoot, 'src/blocks', `${name}.sv`));

export const CORE_SOURCES: readonly string[] = [
  ...blocks('pe/pe', 'array/pe_array', 'ifm-stream/ifm_stream', 'weight-loader/weight_loader'),
  ...blocks('psum-drain/psum_drain', 'sequencer/sequencer'),
  join(packageRoot, 'rtl/compute/compute_core.sv'),
];

/** Between the array's south edge and the memory; each has its files and stands alone. */
export const OFMAP_SOURCES: readonly string[] = [
  ...blocks('fifo/fifo', 'ofm-accumulate/ofm_walk', 'ofm-accumulate/ofm_accumulate'),
  ...blocks('requantise/requantise', 'max-pool/max_pool', 'bitmap-encoder/bitmap_encoder'),
];
