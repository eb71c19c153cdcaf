/** Max and average pooling, forward and backward. */
import type { PoolLayer } from '../../model/layer.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Stage, StageContext } from './stage.ts';

export function maxPool(layer: PoolLayer, context: StageContext): Stage {
  const { kernel, stride, pad, dilation, ceil } = layer;
  const pairs = [kernel, stride].every(([y, x]) => y === 2 && x === 2);
  const plain = pad.every((n) => n === 0) && dilation.every((n) => n === 1) && !ceil;
  return pairs && plain ? pairPool(context) : anyMaxPool(layer, context);
}

/** 2x2 windows side by side, the usual case. */
function pairPool({ arena, batch, inputs, output }: StageContext): Stage {
  const { kernels } = arena;
  const inlet = inputs[0]!;
  const { value } = inlet;
  const [C, H, W] = extents(value.shape);
  const planes = batch * C;
  return {
    forward: () => kernels.maxPool2x2F32(value.at, output.at, planes, H, W),
    backward() {
      const to = inlet.backward;
      if (!to) return;
      // An odd last row or column is in no window.
      if (!to.accumulate && (H % 2 || W % 2)) arena.floats(to.at, batch * value.size).fill(0);
      const accumulate = Number(to.accumulate);
      kernels.maxPool2x2BackwardF32(value.at, output.at, output.gradient, to.at, planes, H, W, accumulate);
    },
  };
}

function anyMaxPool(layer: PoolLayer, { arena, batch, inputs, output }: StageContext): Stage {
  const { kernels } = arena;
  const inlet = inputs[0]!;
  const { value } = inlet;
  const [C, H, W] = extents(value.shape);
  const [, P, Q] = extents(output.shape);
  const winners = arena.allocate(batch * output.size);
  const window = [...layer.kernel, ...layer.stride, layer.pad[0], layer.pad[1], ...layer.dilation];
  return {
    forward() {
      for (let plane = 0; plane < batch * C; plane++) {
        const [x, y] = [value.at + plane * H * W * 4, output.at + plane * P * Q * 4];
        kernels.maxPoolF32(x, y, winners + plane * P * Q * 4, H, W, P, Q, ...window);
      }
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      if (!to.accumulate) arena.floats(to.at, batch * value.size).fill(0);
      for (let plane = 0; plane < batch * C; plane++) {
        const [dx, dy] = [to.at + plane * H * W * 4, output.gradient + plane * P * Q * 4];
        kernels.gatherBackwardF32(dx, winners + plane * P * Q * 4, dy, P * Q);
      }
    },
  };
}

/** Each ofmap value is a sum over a window, times one over how many count; the lists are those of one plane. */
export function avgPool(layer: PoolLayer, { arena, batch, inputs, output }: StageContext): Stage {
  const inlet = inputs[0]!;
  const { value } = inlet;
  const [C, H, W] = extents(value.shape);
  const [, P, Q] = extents(output.shape);
  const { first, pixels, share } = windows(layer, { H, W, P, Q });
  return {
    forward() {
      const x = arena.floats(value.at, batch * value.size);
      const y = arena.floats(output.at, batch * output.size);
      for (let plane = 0, o = 0, start = 0; plane < batch * C; plane++, start += H * W)
        for (let i = 0; i < P * Q; i++, o++) {
          let sum = 0;
          for (let t = first[i]!; t < first[i + 1]!; t++) sum += x[start + pixels[t]!]!;
          y[o] = sum * share[i]!;
        }
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      const dx = arena.floats(to.at, batch * value.size);
      const dy = arena.floats(output.gradient, batch * output.size);
      if (!to.accumulate) dx.fill(0);
      for (let plane = 0, o = 0, start = 0; plane < batch * C; plane++, start += H * W)
        for (let i = 0; i < P * Q; i++, o++) {
          const part = dy[o]! * share[i]!;
          for (let t = first[i]!; t < first[i + 1]!; t++) {
            const at = start + pixels[t]!;
            dx[at] = dx[at]! + part;
          }
        }
    },
  };
}

interface PlaneSizes {
  readonly H: number;
  readonly W: number;
  readonly P: number;
  readonly Q: number;
}

/** Which pixels each window holds, and one over what it divides by: padding counts or not, ceil_mode's excess never. */
function windows({ kernel, stride, pad, dilation, countPad }: PoolLayer, { H, W, P, Q }: PlaneSizes) {
  const first = new Int32Array(P * Q + 1);
  const share = new Float64Array(P * Q);
  const pixels: number[] = [];
  for (let i = 0; i < P * Q; i++) {
    const [top, left] = [Math.floor(i / Q) * stride[0] - pad[0], (i % Q) * stride[1] - pad[1]];
    let padded = 0;
    for (let r = 0; r < kernel[0]; r++)
      for (let s = 0; s < kernel[1]; s++) {
        const [y, x] = [top + r * dilation[0], left + s * dilation[1]];
        if (y < H + pad[2] && x < W + pad[3]) padded++;
        if (y >= 0 && y < H && x >= 0 && x < W) pixels.push(y * W + x);
      }
    first[i + 1] = pixels.length;
    const count = countPad ? padded : pixels.length - first[i]!;
    share[i] = count === 0 ? 0 : 1 / count;
  }
  return { first, pixels: Int32Array.from(pixels), share };
}

const extents = ([, C = 1, H = 1, W = 1]: Shape): readonly [C: number, H: number, W: number] => [C, H, W];
