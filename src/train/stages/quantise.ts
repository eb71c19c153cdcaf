/**
 * Quantisation inside training: forward as inference rounds, backward straight through, where a value was not cut off
 * (Jacob et al., CVPR 2018, section 3; Bengio et al., arXiv:1308.3432).
 */
import { dequantize, quantize } from '../../infer/ops/quantize.ts';
import type { DequantizeLayer, QuantizeLayer } from '../../model/layer.ts';
import type { Stage, StageContext } from './stage.ts';

/** dx = dy / scale where the integer lies inside its range, else 0. */
export function quantizeStage(layer: QuantizeLayer, { arena, batch, inputs, output }: StageContext): Stage {
  const { scale, zeroPoint, low, high } = layer;
  const inlet = inputs[0]!;
  const count = batch * output.size;
  // Half a step beyond the range still rounds into it.
  const [least, most] = [(low - zeroPoint - 0.5) * scale, (high - zeroPoint + 0.5) * scale];
  return {
    forward() {
      arena.floats(output.at, count).set(quantize(arena.floats(inlet.value.at, count), layer));
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      const [x, dy] = [arena.floats(inlet.value.at, count), arena.floats(output.gradient, count)];
      const dx = arena.floats(to.at, count);
      if (!to.accumulate) dx.fill(0);
      for (let i = 0; i < count; i++) if (x[i]! >= least && x[i]! <= most) dx[i] = dx[i]! + dy[i]! / scale;
    },
  };
}

/** dx = dy * scale. */
export function dequantizeStage(
  layer: DequantizeLayer,
  { arena, batch, inputs, output }: StageContext,
): Stage {
  const inlet = inputs[0]!;
  const count = batch * output.size;
  return {
    forward() {
      arena.floats(output.at, count).set(dequantize(arena.floats(inlet.value.at, count), layer));
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      const [dy, dx] = [arena.floats(output.gradient, count), arena.floats(to.at, count)];
      const step = Math.fround(layer.scale);
      for (let i = 0; i < count; i++) dx[i] = (to.accumulate ? dx[i]! : 0) + dy[i]! * step;
    },
  };
}
