/** A new array of the element type of another. */
import type { TensorData } from '../../tensor/tensor.ts';

export const sized = <D extends TensorData>(like: D, length: number): D =>
  new (like.constructor as new (length: number) => D)(length);
