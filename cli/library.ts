/** The one door from the commands to the library; loaded only by a command that computes. */

export type { Accelerator } from '../src/accel/accelerator.ts';
export { machineByDataflow } from '../src/accel/by-dataflow.ts';
export { machineNamed, machines } from '../src/accel/index.ts';
export type { Arch } from '../src/arch/arch.ts';
export { energyTable, energyTables } from '../src/arch/energy/index.ts';
export type { EnergyTable } from '../src/arch/energy/table.ts';
export { presets } from '../src/arch/presets.ts';
export { type NetworkInput, type NetworkTask, pruneModel, type RunRequest, run } from '../src/flow.ts';
export { formats } from '../src/format/index.ts';
export { isConv } from '../src/model/layer.ts';
export { type Model, modelMacs, modelWeights, type Port } from '../src/model/model.ts';
export type { SparsityRule } from '../src/model/sparsity.ts';
export { findZoo, zoo } from '../src/model/zoo/index.ts';
export { type Comparison, comparison, comparisonTable } from '../src/report/compare.ts';
export { contest } from '../src/report/compare-runs.ts';
export { archLike } from '../src/report/compare-settings.ts';
export { reportCsv } from '../src/report/csv.ts';
export { executionTable, withExecution } from '../src/report/execution.ts';
export { compareFigure } from '../src/report/figures/compare-figure.ts';
export { reportHtml } from '../src/report/html.ts';
export { type Pruning, pruningTable } from '../src/report/pruning.ts';
export type { Report } from '../src/report/report.ts';
export { reportTable } from '../src/report/table.ts';
export { reportTrace } from '../src/report/trace.ts';
export { machineTrace } from '../src/sim/machine/machine-trace.ts';
export { countNonZeros } from '../src/tensor/tensor.ts';

// Rooms with a package behind them, or as large as training, open only where they are asked for.
export const onnx = () => import('./doors/onnx.ts');
export const peers = () => import('./doors/peers.ts');
export const training = () => import('./doors/training.ts');

import type * as library from './library.ts';
export type Library = typeof library;
