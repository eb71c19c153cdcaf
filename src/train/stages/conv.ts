/** Convolution, forward and backward, as GEMMs over grids (grid.ts); any groups, strides, padding and dilation. */
import type { ConvLayer } from '../../model/layer.ts';
import { isMatrixVector } from '../../tensor/kernels/matrix-vector.ts';
import { layOut } from '../../tensor/kernels/module.ts';
import { fullyConnected } from './fully-connected.ts';
import { gridOf, panelMap } from './grid.ts';
import { OPEN, type Stage, type StageContext } from './stage.ts';
import { suitsWinograd, winogradConv } from './winograd.ts';

export function conv(layer: ConvLayer, context: StageContext): Stage {
  if (isMatrixVector(layer.conv)) return fullyConnected(layer, context);
  return suitsWinograd(layer.conv) ? winogradConv(layer, context) : gridConv(layer, context);
}

function gridConv({ conv, clamp = OPEN }: ConvLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const { kernels, scratch } = arena;
  const { C, H, W, K, R, S, stride, groups } = conv;
  const { low, high } = clamp;
  const grid = gridOf(conv);
  const { P, Q, width, phases, taps, columns, reach } = grid;
  const [channels, filters, kernel] = [C / groups, K / groups, R * S];
  const plane = grid.height * width;
  const depth = channels * kernel;
  const inlet = inputs[0]!;
  const x = inlet.value;
  const weight = parameter('weight', K * depth);
  const bias = parameter('bias', K);

  const channelPlane = grid.denseIfmap ? H * W : phases.length * plane;
  const ofmapRow = grid.denseOfmap ? P * Q : Math.ceil(columns / 4) * 4;
  const inPhase = phases.map((_, phase) => taps.filter((tap) => tap.phase === phase));
  const packed = arena.allocate(K * depth);
  const turned = phases.map((_, phase) => arena.allocate(K * channels * inPhase[phase]!.length));

  // For one group: the others have the same maps and offsets from a base of their own.
  const forwardMap = arena.table(panelMap(filters, depth, (k, d) => k * depth + d));
  const forwardOffsets = arena.table(
    Int32Array.from({ length: depth }, (_, d) => {
      const tap = taps[d % kernel]!;
      return 4 * (Math.floor(d / kernel) * channelPlane + tap.phase * plane + tap.offset);
    }),
  );
  const backwardMaps = inPhase.map((list) =>
    arena.table(
      panelMap(channels, filters * list.length, (c, d) => {
        const [k, tap] = [Math.floor(d / list.length), list[d % list.length]!];
        return k * depth + c * kernel + tap.position;
      }),
    ),
  );
  const backwardOffsets = inPhase.map((list) =>
    arena.table(
      Int32Array.from({ length: filters * list.length }, (_, d) => {
        const [k, tap] = [Math.floor(d / list.length), list[d % list.length]!];
        return 4 * (k * plane - tap.offset);
      }),
    ),
  );
  const boxStride = plane;
  // Whole vectors, where what is read behind the last position meets a gradient of zero.
  const wholeColumns = Math.ceil(columns / 4) * 4;
  const dotLength = grid.denseIfmap || wholeColumns > plane ? columns : wholeColumns;
  const { at, bytes } = layOut({
    ifmap: grid.denseIfmap ? 0 : (C * channelPlane + 4) * 4,
    result: Math.max(grid.denseOfmap ? 0 : filters * ofmapRow, channels * boxStride) * 4,
    guard: reach * 4,
    gradient: (reach + K * plane) * 4,
  });
  arena.needScratch(bytes);

  /** Byte address of image n on its grid. */
  const onGrid = (n: number): number => {
    const from = x.at + n * x.size * 4;
    if (grid.denseIfmap) return from;
    const base = scratch() + at.ifmap;
    phases.forEach(({ row, col, rows, cols, y, x: column }, i) => {
      const [source, target] = [from + (y * W + column) * 4, base + (i * plane + row * width + col) * 4];
      const step = stride[0] * W;
      kernels.copyBoxF32(source, target, C, rows, cols, H * W, step, stride[1], channelPlane, width, 1, 0);
    });
    return base;
  };
  const clear = (address: number, words: number): void => {
    arena.floats(address, words).fill(0);
  };

  return {
    forward() {
      for (let g = 0; g < groups; g++) {
        const from = g * filters * depth * 4;
        kernels.gatherF32(weight.at + from, forwardMap, packed + from, filters * depth, 0);
      }
      if (!grid.denseIfmap) clear(scratch() + at.ifmap, C * channelPlane + 4);
      for (let n = 0; n < batch; n++) {
        const ifmap = onGrid(n);
        const out = output.at + n * output.size * 4;
        for (let g = 0; g < groups; g++) {
          const ofmap = out + g * filters * P * Q * 4;
          const result = grid.denseOfmap ? ofmap : scratch() + at.result;
          const from = ifmap + g * channels * channelPlane * 4;
          const a = packed + g * filters * depth * 4;
          kernels.gemmOffsetsF32(a, from, forwardOffsets, result, filters, columns, depth, ofmapRow);
          const row = grid.denseOfmap ? Q : width;
          const biases = bias.at + g * filters * 4;
          kernels.finishRowsF32(result, ofmap, biases, filters, P, Q, ofmapRow, row, low, high);
        }
      }
    },
    backward() {
      const first = scratch() + at.gradient + reach * 4;
      clear(scratch() + at.gradient, reach + K * plane);
      if (!grid.denseIfmap) clear(scratch() + at.ifmap, C * channelPlane + 4);
      const to = inlet.backward;
      // Pixels that no tap reads, as under a 1x1 filter of stride 2, get nothing.
      if (to && !to.accumulate && (stride[0] > 1 || stride[1] > 1)) clear(to.at, batch * x.size);
      const accumulate = to?.accumulate ? 1 : 0;
      if (to)
        for (let g = 0; g < groups; g++)
          phases.forEach((_, i) => {
            const count = filters * channels * inPhase[i]!.length;
            const target = turned[i]! + g * count * 4;
            kernels.gatherF32(weight.at + g * filters * depth * 4, backwardMaps[i]!, target, count, 0);
          });
      for (let n = 0; n < batch; n++) {
        const offset = n * output.size * 4;
        const [dy, y] = [output.gradient + offset, output.at + offset];
        kernels.maskRowsF32(dy, y, first, bias.gradient, K, P, Q, plane, width, low, high);
        const ifmap = onGrid(n);
        for (let g = 0; g < groups; g++) {
          const rows = first + g * filters * plane * 4;
          const from = ifmap + g * channels * channelPlane * 4;
          const dw = weight.gradient + g * filters * depth * 4;
          kernels.dotsOffsetsF32(rows, plane, from, forwardOffsets, dw, depth, filters, depth, dotLength);
          if (!to) continue;
          const dx = to.at + (n * x.size + g * channels * H * W) * 4;
          phases.forEach(({ row, col, rows: height, cols, y: top, x: left }, i) => {
            if (height === 0 || cols === 0) return;
            const terms = filters * inPhase[i]!.length;
            const a = turned[i]! + g * terms * channels * 4;
            const start = rows + (row * width + col) * 4;
            const span = (height - 1) * width + cols;
            const result = scratch() + at.result;
            kernels.gemmOffsetsF32(a, start, backwardOffsets[i]!, result, channels, span, terms, boxStride);
            const [target, step] = [dx + (top * W + left) * 4, stride[0] * W];
            const planes = channels;
            // biome-ignore format: a box and its strides
            kernels.copyBoxF32(result, target, planes, height, cols, boxStride, width, 1, H * W, step, stride[1], accumulate);
          });
        }
      }
    },
  };
}
