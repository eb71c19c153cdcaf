/** The one door from the commands to the library; loaded only by a command that computes. */

export type { Accelerator } from '../src/accel/accelerator.ts';
export { machineByDataflow } from '../src/accel/by-dataflow.ts';
export { machineNamed, machines } from '../src/accel/index.ts';
export type { Arch } from '../src/arch/arch.ts';
export { energyTable, energyTables } from '../src/arch/energy/index.ts';
export type { EnergyTable } from '../src/arch/energy/table.ts';
export { presets } from '../src/arch/presets.ts';
export { type NetworkInput, pruneModel, type RunRequest, run } from '../src/flow.ts';
export { formats } from '../src/format/index.ts';
export { isConv } from '../src/model/layer.ts';
export { type Model, modelMacs, modelWeights, type Port } from '../src/model/model.ts';
export type { SparsityRule } from '../src/model/sparsity.ts';
export { findZoo, zoo } from '../src/model/zoo/index.ts';
export { exportOnnx } from '../src/onnx/export.ts';
export { importOnnx } from '../src/onnx/import.ts';
export { importErt } from '../src/peers/accelergy.ts';
export { parseEnergyMap } from '../src/peers/energy-map.ts';
export { importLayers } from '../src/peers/import-layers.ts';
export { importTopology } from '../src/peers/scale-sim.ts';
export { archOf, readScaleSimConfig } from '../src/peers/scale-sim-config.ts';
export { type Comparison, comparison, comparisonTable } from '../src/report/compare.ts';
export { contest } from '../src/report/compare-runs.ts';
export { archLike } from '../src/report/compare-settings.ts';
export { reportCsv } from '../src/report/csv.ts';
export { compareFigure } from '../src/report/figures/compare-figure.ts';
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
