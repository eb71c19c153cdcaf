/** Post-training quantisation, the whole way: fold, take over formats the model came with, calibrate, to integers. */
import type { Model } from '../model/model.ts';
import type { QuantizedModel } from '../model/quantized.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CalibrationOptions, calibrate } from './calibrate.ts';
import { fold } from './fold.ts';
import { importedFormats } from './imported-formats.ts';
import { quantize } from './int8.ts';

export interface PostTraining {
  readonly quantized: QuantizedModel;
  /** What a reader of the numbers should know, a sentence each. */
  readonly notes: readonly string[];
}

export function postTraining(
  model: Model,
  inputs: readonly ReadonlyMap<string, Tensor>[],
  { method = 'percentile', percentile }: Partial<Omit<CalibrationOptions, 'given'>> = {},
): PostTraining {
  const { model: bare, exact, covered, notes } = importedFormats(fold(model));
  const given = new Map([...covered, ...exact]);
  const formats = calibrate(bare, inputs, { method, given, ...(percentile !== undefined && { percentile }) });
  return { quantized: quantize(bare, formats, { method, images: inputs.length }), notes };
}
