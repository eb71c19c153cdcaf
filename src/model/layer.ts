/**
 * The layers a model is made of: plain records, one output each, named by the layer.
 * Values are referred to by name: a layer's name is the name of its ofmap. Shapes carry a leading batch of 1.
 */

import type { ConvShape } from '../tensor/conv.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';

export interface LayerBase {
  readonly name: string;
  readonly inputs: readonly string[]; // names of layers or of model inputs
  readonly shape: Shape; // of the ofmap, batch 1 first
}

/** Values are held inside [low, high] on the way out: ReLU is [0, Infinity], ReLU6 is [0, 6]. */
export interface Clamp {
  readonly low: number;
  readonly high: number;
}

/**
 * The integers an imported quantised weight was stored as, in the layout of the weight:
 * weight = (data - zeroPoint[k]) * scale[k]. Whoever changes the weight drops them.
 */
export interface WeightCodes {
  readonly data: Uint8Array | Int8Array;
  readonly scale: Float32Array; // [K]
  readonly zeroPoint: Int32Array; // [K]
}

/** Convolution ('conv') or fully connected layer ('fc', with H = W = R = S = 1); weights [K, C/groups, R, S]. */
export interface ConvLayer extends LayerBase {
  readonly op: 'conv' | 'fc';
  readonly conv: ConvShape;
  /** Absent when only the topology is known: the flow then makes synthetic ones and says so. */
  readonly weight?: Tensor | undefined;
  readonly codes?: WeightCodes | undefined;
  readonly bias?: Float32Array | undefined; // [K]
  readonly clamp?: Clamp | undefined; // an activation folded in
}

/** Per-channel scale and shift along axis 1: batch norm at inference, Mul and Add by constants. */
export interface AffineLayer extends LayerBase {
  readonly op: 'affine';
  readonly scale: Float32Array; // [C], or [1] for all
  readonly shift: Float32Array; // the same length
}

export interface ClampLayer extends LayerBase {
  readonly op: 'clamp';
  readonly clamp: Clamp;
}

export interface LeakyReluLayer extends LayerBase {
  readonly op: 'leakyRelu';
  readonly alpha: number;
}

export interface SigmoidLayer extends LayerBase {
  readonly op: 'sigmoid';
}

export interface SoftmaxLayer extends LayerBase {
  readonly op: 'softmax';
  readonly axis: number; // from 0 up
}

/** Local response normalisation across channels (Krizhevsky 2012). */
export interface LrnLayer extends LayerBase {
  readonly op: 'lrn';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

export interface PoolLayer extends LayerBase {
  readonly op: 'maxPool' | 'avgPool';
  readonly kernel: readonly [y: number, x: number];
  readonly stride: readonly [y: number, x: number];
  readonly pad: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: readonly [y: number, x: number];
  /** Round ofmap sizes up (Caffe's rule), instead of down. */
  readonly ceil: boolean;
  /** Average over padded positions too; maxPool ignores it. */
  readonly countPad: boolean;
}

/** Elementwise sum of two values of one shape. */
export interface AddLayer extends LayerBase {
  readonly op: 'add';
}

export interface ConcatLayer extends LayerBase {
  readonly op: 'concat';
  readonly axis: number;
}

/** Flatten, Reshape, Squeeze, Unsqueeze: the same data under another shape. */
export interface ReshapeLayer extends LayerBase {
  readonly op: 'reshape';
}

export interface TransposeLayer extends LayerBase {
  readonly op: 'transpose';
  readonly perm: readonly number[];
}

/** Element i along axis a comes from start[a] + i * step[a]. */
export interface SliceLayer extends LayerBase {
  readonly op: 'slice';
  readonly start: readonly number[];
  readonly step: readonly number[];
}

export interface PadLayer extends LayerBase {
  readonly op: 'pad';
  readonly before: readonly number[];
  readonly value: number;
}

/** x -> clamp(roundHalfEven(x / scale) + zeroPoint, low, high), per tensor. */
export interface QuantizeLayer extends LayerBase {
  readonly op: 'quantize';
  readonly scale: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

/** q -> (q - zeroPoint) * scale, per tensor. */
export interface DequantizeLayer extends LayerBase {
  readonly op: 'dequantize';
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A value known before the network runs. */
export interface ConstantLayer extends LayerBase {
  readonly op: 'constant';
  readonly value: Tensor<TensorData>;
}

export type Layer =
  | ConvLayer
  | AffineLayer
  | ClampLayer
  | LeakyReluLayer
  | SigmoidLayer
  | SoftmaxLayer
  | LrnLayer
  | PoolLayer
  | AddLayer
  | ConcatLayer
  | ReshapeLayer
  | TransposeLayer
  | SliceLayer
  | PadLayer
  | QuantizeLayer
  | DequantizeLayer
  | ConstantLayer;

export const isConv = (layer: Layer): layer is ConvLayer => layer.op === 'conv' || layer.op === 'fc';
