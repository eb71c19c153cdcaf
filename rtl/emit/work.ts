/** A layer of a model with values to compute on: pruned to the machine's own rule, ifmaps drawn at published densities. */
import { ownChoice, ruleFor } from '../../src/accel/rule-choice.ts';
import { sense } from '../../src/accel/sense.ts';
import type { Arch } from '../../src/arch/arch.ts';
import { fail, nearest } from '../../src/errors.ts';
import { isConv } from '../../src/model/layer.ts';
import type { Model } from '../../src/model/model.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { fold } from '../../src/quantize/fold.ts';
import { type AssumedWorks, assumedWorks } from '../../src/workload/assumed-works.ts';
import type { PublishedDensities } from '../../src/workload/densities.ts';
import { pruneModel } from '../../src/workload/prune-model.ts';

export interface LayerChoice {
  readonly model: Model;
  readonly densities?: PublishedDensities | undefined;
  /** The first conv or fully connected layer where left out. */
  readonly layer?: string | undefined;
  readonly arch: Arch;
  readonly seed: number;
}

export function layerWork({ model, densities, layer, arch, seed }: LayerChoice): {
  readonly work: LayerWork;
  readonly note: string;
} {
  const names = model.layers.filter(isConv).map(({ name }) => name);
  const name = layer ?? names[0] ?? fail('no conv or fully connected layer to emit', { at: model.name });
  if (!names.includes(name)) {
    const near = nearest(name, names);
    fail(`no conv or fully connected layer is named "${name}"`, {
      at: model.name,
      hint: near === undefined ? `layers: ${names.join(', ')}` : `did you mean ${near}?`,
    });
  }
  const { works, source } = prunedWorks({ model, densities, layers: name, arch, seed });
  for (const work of works)
    if (work.name === name)
      return {
        work,
        note: `Weights: ${source.weights}, half of them pruned. Ifmap: random, ${source.note}.`,
      };
  return fail(`layer "${name}" does not run on the machine`, { at: model.name });
}

/** The layers whose names match, in the model's order. */
export function prunedWorks({
  model,
  densities,
  layers,
  arch,
  seed,
}: Omit<LayerChoice, 'layer'> & { readonly layers: string | undefined }): AssumedWorks {
  const rule = ruleFor(sense, arch, ownChoice(sense, 0.5, arch));
  const pruned = pruneModel(fold(model), rule).model;
  const activations = densities ? 'published' : HALF;
  return assumedWorks(pruned, rule, { densities, activations, batch: 1, seed, layers });
}

/** Of ifmap values that are not zero, where no density is published. */
const HALF = 0.5;
