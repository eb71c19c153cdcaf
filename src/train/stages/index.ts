/** Which stage a layer becomes. */
import { fail } from '../../errors.ts';
import type { Layer } from '../../model/layer.ts';
import { conv } from './conv.ts';
import { add, clamp, leakyRelu, sigmoid } from './elementwise.ts';
import { lrn } from './lrn.ts';
import { concat, pad, slice, transpose } from './movement.ts';
import { affine, batchNorm } from './norm.ts';
import { avgPool, maxPool } from './pool.ts';
import { dequantizeStage, quantizeStage } from './quantise.ts';
import type { Stage, StageContext } from './stage.ts';

export function stageOf(layer: Layer, context: StageContext, { norm }: { norm: boolean }): Stage {
  switch (layer.op) {
    case 'conv':
    case 'fc':
      return conv(layer, context);
    case 'affine':
      return norm ? batchNorm(layer, context) : affine(layer, context);
    case 'clamp':
      return clamp(layer, context);
    case 'leakyRelu':
      return leakyRelu(layer, context);
    case 'sigmoid':
      return sigmoid(context);
    case 'maxPool':
      return maxPool(layer, context);
    case 'avgPool':
      return avgPool(layer, context);
    case 'add':
      return add(context);
    case 'concat':
      return concat(layer, context);
    case 'slice':
      return slice(layer, context);
    case 'pad':
      return pad(layer, context);
    case 'transpose':
      return transpose(layer, context);
    case 'quantize':
      return quantizeStage(layer, context);
    case 'dequantize':
      return dequantizeStage(layer, context);
    case 'lrn':
      return lrn(layer, context);
    case 'softmax':
    case 'constant':
    case 'reshape':
      return fail(`training has no backward pass for ${layer.op} here`, {
        at: `layer "${layer.name}"`,
        hint: 'train the network in float32, with its softmax only at the end',
      });
  }
}
