/** What a name in an ONNX graph stands for while it is imported: a constant, a constant whose numbers are missing, or an ofmap. */
import type { WeightCodes } from '../model/layer.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';
import type { Element } from './element.ts';

/** Numbers in the file, or folded from them. */
export interface Known {
  readonly kind: 'known';
  readonly from: string; // the initializer or value it is, for messages
  readonly element: Element;
  readonly value: Tensor<TensorData>;
  readonly codes?: AxisCodes | undefined;
}

/** A constant of known shape whose numbers the file does not hold: topology only. */
export interface Absent {
  readonly kind: 'absent';
  readonly from: string;
  readonly shape: Shape;
}

/** A model input or the ofmap of a layer. */
export interface Computed {
  readonly kind: 'computed';
  readonly name: string;
  readonly element: Element; // other than float: integer codes between a quantize and a dequantize
}

export type Value = Known | Absent | Computed;

/** The integers behind a dequantised constant; scale and zero point have one entry, or one an index of `axis`. */
export interface AxisCodes extends WeightCodes {
  readonly axis: number;
}
