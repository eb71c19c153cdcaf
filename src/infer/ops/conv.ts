/** Conv and Gemm: weights times ifmap plus bias, one image of the batch after the other; the clamp comes afterwards. */
import { fail } from '../../errors.ts';
import type { ConvLayer } from '../../model/layer.ts';
import { convF32 } from '../../tensor/kernels/conv-f32.ts';

export function convolve(x: Float32Array, { name, weight, bias, conv, shape }: ConvLayer): Float32Array {
  if (!weight)
    fail('this layer has no weights, only its loop bounds are known', {
      at: `layer "${name}"`,
      hint: 'import a model with weights, or make synthetic ones first',
    });
  const images = shape[0]!;
  if (images === 1) return convF32(x, weight.data, conv, bias);
  const [ifmap, ofmap] = [x.length / images, conv.K * (shape[2] ?? 1) * (shape[3] ?? 1)];
  const out = new Float32Array(images * ofmap);
  for (let n = 0; n < images; n++)
    out.set(convF32(x.subarray(n * ifmap, (n + 1) * ifmap), weight.data, conv, bias), n * ofmap);
  return out;
}
