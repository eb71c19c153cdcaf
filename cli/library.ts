/** The one door from the commands to the library; loaded only by a command that computes. */

export type { Accelerator } from '../src/accel/accelerator.ts';
export { machineNamed, machines } from '../src/accel/index.ts';
export type { Arch } from '../src/arch/arch.ts';
export { energyTables } from '../src/arch/energy/index.ts';
export { presets } from '../src/arch/presets.ts';
export { type NetworkInput, pruneModel, type RunRequest, run } from '../src/flow.ts';
export { formats } from '../src/format/index.ts';
export { isConv } from '../src/model/layer.ts';
export { type Model, modelMacs, modelWeights, type Port } from '../src/model/model.ts';
export type { SparsityRule } from '../src/model/sparsity.ts';
export { findZoo, zoo } from '../src/model/zoo/index.ts';
export { exportOnnx } from '../src/onnx/export.ts';
export { importOnnx } from '../src/onnx/import.ts';
export { comparison, comparisonTable } from '../src/report/compare.ts';
export { reportCsv } from '../src/report/csv.ts';
export { reportHtml } from '../src/report/html.ts';
export { type Pruning, pruningTable } from '../src/report/pruning.ts';
export type { Report } from '../src/report/report.ts';
export { reportTable } from '../src/report/table.ts';
export { reportTrace } from '../src/report/trace.ts';
export { countNonZeros } from '../src/tensor/tensor.ts';
export { decodeState, encodeState, isSound } from '../src/training-flow/state.ts';
export { trainNetwork } from '../src/training-flow.ts';

import type * as library from './library.ts';
export type Library = typeof library;
