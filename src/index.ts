/** The public surface of the library: run a network on a machine, compare machines, prune, import and export ONNX. */
import type { Accelerator } from './accel/accelerator.ts';
import { machineNamed, machines } from './accel/index.ts';
import { type RunRequest, run as runRequest } from './flow.ts';
import type { Model } from './model/model.ts';
import { findZoo } from './model/zoo/index.ts';
import { type Comparison, comparison } from './report/compare.ts';
import type { Report } from './report/report.ts';

export type { Accelerator } from './accel/accelerator.ts';
export { machines } from './accel/index.ts';
export { converted, type FpgaRecord, fpgaRecords } from './accel/records.ts';
export type { Arch } from './arch/arch.ts';
export { presets } from './arch/presets.ts';
export { UserError } from './errors.ts';
export { type NetworkInput, pruneModel, type RunRequest } from './flow.ts';
export { evaluate } from './infer/evaluate.ts';
export type { Model } from './model/model.ts';
export { zoo } from './model/zoo/index.ts';
export { exportOnnx } from './onnx/export.ts';
export { importOnnx } from './onnx/import.ts';
export { importLayers } from './peers/import-layers.ts';
export { importTopology } from './peers/scale-sim.ts';
export type { Comparison } from './report/compare.ts';
export type { Report } from './report/report.ts';
export { type Tensor, tensor } from './tensor/tensor.ts';

/** Everything but the model and the machine, all of it optional; defaults as at the command line. */
export type RunOptions = Partial<Omit<RunRequest, 'model' | 'machine'>> & {
  readonly machine?: string | Accelerator;
};

/** One network, a zoo name or a Model, on one machine: cycles, DRAM bytes and energy, layer by layer. */
export function run(
  model: string | Model,
  { machine: named = machines[0]!, ...options }: RunOptions = {},
): Report {
  const machine = typeof named === 'string' ? machineNamed(named) : named;
  const entry = typeof model === 'string' ? findZoo(model) : undefined;
  return runRequest({
    arch: machine.arch,
    batch: 1,
    rule: { kind: machine.rule(0.5, machine.arch).kind, zeros: 0.5 },
    activations: entry ? 'published' : 'dense',
    densities: entry?.densities,
    ofmapDensities: entry && new Map([...entry.ofmapDensities].map(([layer, { ofmap }]) => [layer, ofmap])),
    seed: 1,
    ...options,
    machine,
    model: entry ? entry.build() : (model as Model),
  });
}

/** The same network on several machines, every one of them by default. */
export const compare = (
  model: string | Model,
  options: Omit<RunOptions, 'machine'> = {},
  on: readonly (string | Accelerator)[] = machines,
): Comparison => {
  const named = on.map((machine) => (typeof machine === 'string' ? machineNamed(machine) : machine));
  return comparison(
    named.map((machine) => run(model, { ...options, machine })),
    named,
  );
};
