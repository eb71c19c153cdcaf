/** A network: inputs, layers in an order in which each comes after what it reads, outputs. Plain data. */

import { denseMacs, weightCount } from '../tensor/conv.ts';
import type { Shape } from '../tensor/shape.ts';
import { type ConvLayer, isConv, type Layer } from './layer.ts';

export interface Port {
  readonly name: string;
  readonly shape: Shape; // batch 1 first
}

/** Who made an artefact, from what. */
export interface Receipt {
  readonly madeBy: string;
  readonly from?: string; // sha256 of the file, or the zoo's citation
  readonly seed?: number;
  readonly note?: string; // what a reader of the numbers should know
}

export interface Model {
  readonly schema: 'sense.model/1';
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly layers: readonly Layer[];
  readonly outputs: readonly string[];
  readonly receipts: readonly Receipt[];
}

export const convLayers = (model: Model): readonly ConvLayer[] => model.layers.filter(isConv);

/** Multiplications for one image, conv and FC, padded positions counted. */
export const modelMacs = (model: Model): number =>
  convLayers(model).reduce((sum, layer) => sum + denseMacs(layer.conv), 0);

/** Conv and FC weights, without biases. */
export const modelWeights = (model: Model): number =>
  convLayers(model).reduce((sum, layer) => sum + weightCount(layer.conv), 0);

/** For each value, the layers that read it. */
export function consumers(model: Model): ReadonlyMap<string, readonly Layer[]> {
  const readers = new Map<string, Layer[]>();
  for (const layer of model.layers)
    for (const input of layer.inputs) {
      const list = readers.get(input);
      if (list) list.push(layer);
      else readers.set(input, [layer]);
    }
  return readers;
}
