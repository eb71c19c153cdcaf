/** Layers whose ofmap holds values of the ifmaps and nothing else, done on the bytes: exact in any one format. */
import type { Layer } from '../../model/layer.ts';
import { type ByteData, type Tensor, tensor } from '../../tensor/tensor.ts';
import { concat, pad, slice, transpose } from '../ops/movement.ts';
import { maxPool } from '../ops/pool.ts';

/** The ofmap, or undefined where the layer does something else. All ifmaps have one byte type. */
export function moveBytes(layer: Layer, ifmaps: readonly Tensor<ByteData>[]): Tensor<ByteData> | undefined {
  const [x] = ifmaps;
  if (!x) return undefined;
  switch (layer.op) {
    case 'concat':
      return tensor(layer.shape, concat(ifmaps, layer.axis));
    case 'maxPool':
      return tensor(layer.shape, maxPool(x.data, { from: x.shape, to: layer.shape }, layer));
    case 'reshape':
      return tensor(layer.shape, x.data);
    case 'slice':
      return tensor(layer.shape, slice(x, layer));
    case 'transpose':
      return tensor(layer.shape, transpose(x, layer.perm));
    case 'pad': // any other value needs the format to say which byte it is
      return layer.value === 0 ? tensor(layer.shape, pad(x, layer)) : undefined;
    default:
      return undefined;
  }
}
