/** What a trained network leaves behind: ONNX with receipts, safetensors, masks, and a few lines of PyTorch that apply them. */

import { encodeSafetensors, float32Tensor, type SafeTensor } from '../../src/train/safetensors.ts';
import type { TrainingReport } from '../../src/train/training-report.ts';
import type { OutputFile } from '../files.ts';
import type { Recipe } from '../inputs/recipe.ts';
import type { Library, Model } from '../library.ts';
import { trainingFigure } from './figure.ts';

export interface Trained {
  readonly model: Model;
  /** By layer: 1 where a weight is kept. */
  readonly masks: ReadonlyMap<string, Uint8Array>;
  readonly report: TrainingReport;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
}

/** By name inside the folder of results. */
export async function trainedFiles(
  { model, masks, report, recipe, classes }: Trained,
  library: Library,
): Promise<readonly OutputFile[]> {
  const { exportOnnx } = await library.onnx();
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return [
    { path: 'model.onnx', content: exportOnnx(model) },
    { path: 'model.sense.json', content: json({ preprocess: recipe, labels: 'labels.txt' }) },
    { path: 'labels.txt', content: `${classes.join('\n')}\n` },
    { path: 'model.safetensors', content: weightsFile(model, report, library) },
    { path: 'masks.safetensors', content: masksFile(model, masks, library) },
    { path: 'apply_masks.py', content: APPLY_MASKS },
    { path: 'training.svg', content: `${trainingFigure(report)}\n` },
    { path: 'training.json', content: json(report) },
  ];
}

/** PyTorch's shape: a Linear has [out, in]. */
const torchShape = ({
  op,
  weight,
}: {
  op: string;
  weight: { shape: readonly number[] };
}): readonly number[] => (op === 'fc' ? weight.shape.slice(0, 2) : weight.shape);

function weightsFile(model: Model, report: TrainingReport, { isConv }: Library): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const layer of model.layers) {
    if (isConv(layer) && layer.weight) {
      const { weight } = layer;
      tensors.set(`${layer.name}.weight`, float32Tensor(torchShape({ op: layer.op, weight }), weight.data));
      if (layer.bias) tensors.set(`${layer.name}.bias`, float32Tensor([layer.bias.length], layer.bias));
    }
    if (layer.op === 'affine') {
      tensors.set(`${layer.name}.scale`, float32Tensor([layer.scale.length], layer.scale));
      tensors.set(`${layer.name}.shift`, float32Tensor([layer.shift.length], layer.shift));
    }
  }
  const { rule, dataset, seed } = report;
  const told = { format: 'pt', made_by: 'sense train', model: model.name, dataset, seed: String(seed) };
  const metadata = new Map(Object.entries({ ...told, rule: rule.kind, zeros: String(rule.zeros) }));
  return encodeSafetensors({ tensors, metadata });
}

/** A mask for every layer, of ones where the rule leaves it alone; `order` is the order in which they compute. */
function masksFile(model: Model, masks: ReadonlyMap<string, Uint8Array>, { isConv }: Library): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const layer of model.layers) {
    if (!isConv(layer) || !layer.weight) continue;
    const shape = torchShape({ op: layer.op, weight: layer.weight });
    const values = masks.get(layer.name) ?? new Uint8Array(layer.weight.data.length).fill(1);
    tensors.set(`${layer.name}.weight`, { dtype: 'BOOL', shape, values });
  }
  const order = JSON.stringify([...tensors.keys()]);
  return encodeSafetensors({ tensors, metadata: new Map([...Object.entries({ format: 'pt', order })]) });
}

/** Modules are matched by name; where the names differ, by order, and then shapes must agree. */
const APPLY_MASKS = `"""Apply the masks that sense train chose to a PyTorch model, so that fine-tuning keeps the zeros.

    from apply_masks import apply_masks
    model.load_state_dict(...)          # model.safetensors holds the trained weights
    apply_masks(model)                  # then train on as usual
"""
import json
from pathlib import Path

import torch
from safetensors import safe_open
from torch.nn.utils import prune


def apply_masks(model, path=Path(__file__).with_name("masks.safetensors")):
    with safe_open(str(path), framework="pt") as file:
        order = json.loads(file.metadata()["order"])
        masks = {name: file.get_tensor(name) for name in order}
    layers = {n: m for n, m in model.named_modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))}
    by_name = all(name.removesuffix(".weight") in layers for name in order)
    if not by_name and len(layers) != len(masks):
        raise ValueError(f"{len(masks)} masks for {len(layers)} layers whose names differ: {list(layers)}")
    for i, name in enumerate(order):
        module = layers[name.removesuffix(".weight")] if by_name else list(layers.values())[i]
        if module.weight.shape != masks[name].shape:
            raise ValueError(f"{name}: mask {tuple(masks[name].shape)} for weights {tuple(module.weight.shape)}")
        prune.custom_from_mask(module, "weight", masks[name].to(module.weight.device))
    return model
`;
