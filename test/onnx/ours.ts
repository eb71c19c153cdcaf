/** Our answer to an ONNX file: imported, and evaluated in float. */
import { evaluate } from '../../src/infer/evaluate.ts';
import type { Model } from '../../src/model/model.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export const ours = (file: Uint8Array, feeds: ReadonlyMap<string, Tensor>): readonly Tensor[] =>
  outputsOf(importOnnx(file, { name: 'test' }), feeds);

export function outputsOf(model: Model, feeds: ReadonlyMap<string, Tensor>): readonly Tensor[] {
  const values = evaluate(model, feeds);
  return model.outputs.map((name) => values.get(name)!);
}
