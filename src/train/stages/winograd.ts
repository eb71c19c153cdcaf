/**
 * 3x3 and 5x5 convolution of stride 1 by Winograd's minimal filtering, forward and backward: transform 6x6 tiles of the
 * ifmap and the filters, multiply component by component, which is 36 small GEMMs, transform back (assembly/winograd.ts).
 * The way back is the adjoint of each step, so its gradients are those of what was computed.
 */
import type { ConvLayer } from '../../model/layer.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { layOut } from '../../tensor/kernels/module.ts';
import { OPEN, type Stage, type StageContext } from './stage.ts';
import { filterTransform, TILE } from './winograd-filter.ts';

const COMPONENTS = TILE * TILE;
/** Transformed ifmaps and ofmaps of the images taken together stay in the L2 cache. */
const TOGETHER = 2 ** 20;
/** What a multiplication costs more for its share of the transforms; found by timing, not critical. */
const TRANSFORMS = 1.4;

const tilesOf = (conv: ConvShape) => {
  const side = TILE + 1 - conv.R; // of the ofmap's part
  return {
    side,
    tileRows: Math.ceil(ofmapHeight(conv) / side),
    tileCols: Math.ceil(ofmapWidth(conv) / side),
  };
};

/** Enough channels to pay for the transforms, and little beyond the map's edge. */
export function suitsWinograd(conv: ConvShape): boolean {
  const { C, K, R, S, stride, dilation, groups } = conv;
  const plain = (R === 3 || R === 5) && S === R && groups === 1;
  if (!plain || [...stride, ...dilation].some((n) => n !== 1) || C < 8 || K < 8) return false;
  const { tileRows, tileCols } = tilesOf(conv);
  return TRANSFORMS * COMPONENTS * tileRows * tileCols < R * S * ofmapHeight(conv) * ofmapWidth(conv);
}

export function winogradConv({ conv, clamp = OPEN }: ConvLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const { kernels, scratch } = arena;
  const { C, H, W, K, R, pad } = conv;
  const { low, high } = clamp;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const { side, tileRows, tileCols } = tilesOf(conv);
  const inlet = inputs[0]!;
  const x = inlet.value;
  const weight = parameter('weight', K * C * R * R);
  const bias = parameter('bias', K);
  const filters = filterTransform({ K, C, R }, arena);
  const { inChannels, outChannels } = filters;

  const perImage = tileRows * tileCols;
  const bytesAnImage = COMPONENTS * perImage * (inChannels + outChannels) * 4;
  const together = divisorUpTo(batch, Math.max(1, Math.floor(TOGETHER / bytesAnImage)));
  const tiles = together * perImage;
  // Not a power of two, or the 36 streams of a transform would fall into the same sets of the cache.
  const [ifmapComponent, ofmapComponent] = [tiles * inChannels + 16, tiles * outChannels + 16];
  const [gridRow, resultRow] = [(side * tileCols + TILE - side) * inChannels, side * tileCols * outChannels];
  const gridSize = (side * tileRows + TILE - side) * gridRow;
  const resultSize = side * tileRows * resultRow;
  const inner = (pad[0] * gridRow + pad[1] * inChannels) * 4; // where the ifmap lies in its padding

  const { at, bytes } = layOut({
    spare: COMPONENTS * 16,
    grid: gridSize * 4,
    gridGradient: gridSize * 4,
    result: resultSize * 4,
    ifmap: COMPONENTS * ifmapComponent * 4,
    ofmap: COMPONENTS * ofmapComponent * 4,
    filterGradient: filters.size * 4,
    filterScratch: filters.scratchSize * 4,
  });
  arena.needScratch(bytes);
  /** Transforms take the same arguments behind their two addresses. */
  const shapeOf = (channels: number, component: number) =>
    [scratch() + at.spare, tileRows, tileCols, side, channels, component] as const;

  const transformIfmaps = (first: number): void => {
    const grid = scratch() + at.grid;
    for (let i = 0; i < together; i++) {
      const from = x.at + (first + i) * x.size * 4;
      kernels.toChannelsLastF32(from, grid + inner, C, H, W, H * W, W, gridRow, inChannels);
      const to = scratch() + at.ifmap + i * perImage * inChannels * 4;
      kernels.winogradInputF32(grid, to, ...shapeOf(inChannels, ifmapComponent));
    }
  };
  const clear = (address: number, words: number): void => {
    arena.floats(address, words).fill(0);
  };

  return {
    forward() {
      filters.forward(weight.at, scratch() + at.filterScratch);
      clear(scratch() + at.grid, gridSize);
      for (let first = 0; first < batch; first += together) {
        transformIfmaps(first);
        for (let component = 0; component < COMPONENTS; component++) {
          const v = scratch() + at.ifmap + component * ifmapComponent * 4;
          const m = scratch() + at.ofmap + component * ofmapComponent * 4;
          const u = filters.at + component * inChannels * outChannels * 4;
          // biome-ignore format: operands with their strides, then counts
          kernels.gemmStridedF32(v, inChannels, 1, u, outChannels, m, outChannels, tiles, outChannels, inChannels, 0);
        }
        for (let i = 0; i < together; i++) {
          const from = scratch() + at.ofmap + i * perImage * outChannels * 4;
          const result = scratch() + at.result;
          kernels.winogradOutputF32(from, result, ...shapeOf(outChannels, ofmapComponent));
          const out = output.at + (first + i) * output.size * 4;
          kernels.finishChannelsF32(result, out, bias.at, K, P, Q, resultRow, outChannels, low, high);
        }
      }
    },
    backward() {
      const to = inlet.backward;
      clear(scratch() + at.grid, gridSize);
      clear(scratch() + at.result, resultSize);
      for (let first = 0; first < batch; first += together) {
        transformIfmaps(first);
        for (let i = 0; i < together; i++) {
          const offset = (first + i) * output.size * 4;
          const [dy, y, result] = [output.gradient + offset, output.at + offset, scratch() + at.result];
          // biome-ignore format: operands, then counts
          kernels.maskChannelsF32(dy, y, result, bias.gradient, K, P, Q, resultRow, outChannels, low, high);
          const target = scratch() + at.ofmap + i * perImage * outChannels * 4;
          kernels.winogradOutputBackwardF32(result, target, ...shapeOf(outChannels, ofmapComponent));
        }
        const accumulate = Number(first > 0);
        for (let component = 0; component < COMPONENTS; component++) {
          const dm = scratch() + at.ofmap + component * ofmapComponent * 4;
          const v = scratch() + at.ifmap + component * ifmapComponent * 4;
          const place = component * inChannels * outChannels * 4;
          const du = scratch() + at.filterGradient + place;
          // biome-ignore format: operands with their strides, then counts
          kernels.gemmStridedF32(v, 1, inChannels, dm, outChannels, du, outChannels, inChannels, outChannels, tiles, accumulate);
          // Its last reader is gone: the ifmap's gradient takes its place.
          if (to)
            // biome-ignore format: operands with their strides, then counts
            kernels.gemmStridedF32(dm, outChannels, 1, filters.turned + place, inChannels, v, inChannels, tiles, inChannels, outChannels, 0);
        }
        if (!to) continue;
        for (let i = 0; i < together; i++) {
          const [from, grid] = [
            scratch() + at.ifmap + i * perImage * inChannels * 4,
            scratch() + at.gridGradient,
          ];
          clear(grid, gridSize);
          kernels.winogradInputBackwardF32(from, grid, ...shapeOf(inChannels, ifmapComponent));
          const dx = to.at + (first + i) * x.size * 4;
          const add = Number(to.accumulate);
          kernels.fromChannelsLastF32(grid + inner, dx, C, H, W, gridRow, inChannels, H * W, W, add);
        }
      }
      filters.backward(weight.gradient, scratch() + at.filterGradient, scratch() + at.filterScratch);
    },
  };
}

function divisorUpTo(n: number, most: number): number {
  let best = 1;
  for (let d = 2; d <= Math.min(n, most); d++) if (n % d === 0) best = d;
  return best;
}
