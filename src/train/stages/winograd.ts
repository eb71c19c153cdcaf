/**
 * 3x3 convolution of stride 1 by Winograd's F(2x2, 3x3), forward and backward (Lavin and Gray, CVPR 2016): transform
 * 4x4 tiles of the ifmap and the filters, multiply component by component, which is sixteen small GEMMs, transform back.
 * The way back is the adjoint of each step, so its gradients are those of what was computed.
 */
import type { ConvLayer } from '../../model/layer.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { layOut } from '../../tensor/kernels/module.ts';
import { panelMap } from './grid.ts';
import { OPEN, type Stage, type StageContext } from './stage.ts';

const COMPONENTS = 16;
/** Tiles that a GEMM should have: images are taken together until there are so many. */
const ENOUGH_TILES = 64;

const tilesOf = (conv: ConvShape) => ({
  tileRows: Math.ceil(ofmapHeight(conv) / 2),
  // Four at a time.
  tileCols: Math.ceil(ofmapWidth(conv) / 8) * 4,
});

/** Enough channels to pay for the transforms, and little beyond the map's edge. */
export function suitsWinograd(conv: ConvShape): boolean {
  const { C, K, R, S, stride, dilation, groups } = conv;
  const plain = R === 3 && S === 3 && groups === 1 && [...stride, ...dilation].every((n) => n === 1);
  const { tileRows, tileCols } = tilesOf(conv);
  const covered = (4 * tileRows * tileCols) / (ofmapHeight(conv) * ofmapWidth(conv));
  return plain && C >= 8 && K >= 8 && covered <= 1.4;
}

export function winogradConv({ conv, clamp = OPEN }: ConvLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const { kernels, scratch } = arena;
  const { C, H, W, K, pad } = conv;
  const { low, high } = clamp;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const { tileRows, tileCols } = tilesOf(conv);
  const inlet = inputs[0]!;
  const x = inlet.value;
  const weight = parameter('weight', K * C * 9);
  const bias = parameter('bias', K);

  const perImage = tileRows * tileCols;
  const together = divisorUpTo(batch, Math.ceil(ENOUGH_TILES / perImage));
  const tiles = together * perImage;
  // Not a power of two, or the sixteen streams of a transform would fall into the same sets of the cache.
  const [ifmapComponent, ofmapComponent] = [C * tiles + 16, K * tiles + 16];
  const [gridWidth, gridPlane] = [2 * tileCols + 2, (2 * tileRows + 2) * (2 * tileCols + 2)];
  const [resultWidth, resultPlane] = [2 * tileCols, 4 * perImage];

  const filters = arena.allocate(COMPONENTS * K * C); // packed for the way there
  const turned = arena.allocate(COMPONENTS * K * C); // and for the way back
  const filterGradient = arena.allocate(COMPONENTS * K * C); // [16][K][C]
  // Where filter k's channel c lies in the packed operands.
  const forwardPlace = inverse(panelMap(K, C, (k, c) => k * C + c));
  const backwardPlace = inverse(panelMap(C, K, (c, k) => k * C + c));
  const planesAt = (count: number) =>
    arena.table(Int32Array.from({ length: count }, (_, i) => i * tiles * 4));
  const planeOffsets = planesAt(Math.max(C, K));
  const { at, bytes } = layOut({
    grid: C * gridPlane * 4,
    ifmap: COMPONENTS * ifmapComponent * 4,
    ofmap: COMPONENTS * ofmapComponent * 4,
    result: K * resultPlane * 4,
  });
  arena.needScratch(bytes);

  const toGrid = (n: number): void => {
    const [from, to] = [x.at + n * x.size * 4, scratch() + at.grid + (pad[0] * gridWidth + pad[1]) * 4];
    kernels.copyBoxF32(from, to, C, H, W, H * W, W, 1, gridPlane, gridWidth, 1, 0);
  };
  const transformIfmaps = (first: number): void => {
    for (let i = 0; i < together; i++) {
      toGrid(first + i);
      const to = scratch() + at.ifmap + i * perImage * 4;
      kernels.winogradInputF32(scratch() + at.grid, to, C, tileRows, tileCols, ifmapComponent, tiles);
    }
  };
  const clear = (address: number, words: number): void => {
    arena.floats(address, words).fill(0);
  };

  return {
    forward() {
      const [w, u, v] = [
        arena.floats(weight.at, K * C * 9),
        arena.floats(filters, COMPONENTS * K * C),
        arena.floats(turned, COMPONENTS * K * C),
      ];
      const transformed = new Float64Array(COMPONENTS);
      for (let i = 0; i < K * C; i++) {
        transformFilter(w, i * 9, transformed);
        for (let component = 0, base = 0; component < COMPONENTS; component++, base += K * C) {
          u[base + forwardPlace[i]!] = transformed[component]!;
          v[base + backwardPlace[i]!] = transformed[component]!;
        }
      }
      clear(scratch() + at.grid, C * gridPlane);
      for (let first = 0; first < batch; first += together) {
        transformIfmaps(first);
        for (let component = 0; component < COMPONENTS; component++) {
          const a = filters + component * K * C * 4;
          const from = scratch() + at.ifmap + component * ifmapComponent * 4;
          const to = scratch() + at.ofmap + component * ofmapComponent * 4;
          kernels.gemmOffsetsF32(a, from, planeOffsets, to, K, tiles, C, tiles);
        }
        for (let i = 0; i < together; i++) {
          const from = scratch() + at.ofmap + i * perImage * 4;
          const result = scratch() + at.result;
          kernels.winogradOutputF32(from, result, K, tileRows, tileCols, ofmapComponent, tiles);
          const out = output.at + (first + i) * output.size * 4;
          kernels.finishRowsF32(result, out, bias.at, K, P, Q, resultPlane, resultWidth, low, high);
        }
      }
    },
    backward() {
      const to = inlet.backward;
      clear(filterGradient, COMPONENTS * K * C);
      clear(scratch() + at.result, K * resultPlane);
      for (let first = 0; first < batch; first += together) {
        clear(scratch() + at.grid, C * gridPlane); // the way back leaves gradients there
        transformIfmaps(first);
        for (let i = 0; i < together; i++) {
          const offset = (first + i) * output.size * 4;
          const [dy, y, result] = [output.gradient + offset, output.at + offset, scratch() + at.result];
          kernels.maskRowsF32(dy, y, result, bias.gradient, K, P, Q, resultPlane, resultWidth, low, high);
          const target = scratch() + at.ofmap + i * perImage * 4;
          kernels.winogradOutputBackwardF32(result, target, K, tileRows, tileCols, ofmapComponent, tiles);
        }
        for (let component = 0; component < COMPONENTS; component++) {
          const dm = scratch() + at.ofmap + component * ofmapComponent * 4;
          const v = scratch() + at.ifmap + component * ifmapComponent * 4;
          const du = filterGradient + component * K * C * 4;
          kernels.dotsOffsetsF32(dm, tiles, v, planeOffsets, du, C, K, C, tiles);
          // Its last reader is gone: the ifmap's gradient takes its place.
          if (to)
            kernels.gemmOffsetsF32(turned + component * K * C * 4, dm, planeOffsets, v, C, tiles, K, tiles);
        }
        if (!to) continue;
        for (let i = 0; i < together; i++) {
          const [from, grid] = [scratch() + at.ifmap + i * perImage * 4, scratch() + at.grid];
          clear(grid, C * gridPlane);
          kernels.winogradInputBackwardF32(from, grid, C, tileRows, tileCols, ifmapComponent, tiles);
          const [inner, dx] = [grid + (pad[0] * gridWidth + pad[1]) * 4, to.at + (first + i) * x.size * 4];
          const accumulate = Number(to.accumulate);
          kernels.copyBoxF32(inner, dx, C, H, W, gridPlane, gridWidth, 1, H * W, W, 1, accumulate);
        }
      }
      const [dw, du] = [
        arena.floats(weight.gradient, K * C * 9),
        arena.floats(filterGradient, COMPONENTS * K * C),
      ];
      for (let i = 0; i < K * C; i++) filterBack(du, { i, step: K * C }, dw);
    },
  };
}

/** U = G g G^T with G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1]. */
function transformFilter(w: Float32Array, from: number, to: Float64Array): void {
  for (let s = 0; s < 3; s++) {
    const [a, b, c] = [w[from + s]!, w[from + 3 + s]!, w[from + 6 + s]!];
    columns[s] = a;
    columns[3 + s] = (a + b + c) / 2;
    columns[6 + s] = (a - b + c) / 2;
    columns[9 + s] = c;
  }
  for (let r = 0; r < 4; r++) {
    const [a, b, c] = [columns[3 * r]!, columns[3 * r + 1]!, columns[3 * r + 2]!];
    to[4 * r] = a;
    to[4 * r + 1] = (a + b + c) / 2;
    to[4 * r + 2] = (a - b + c) / 2;
    to[4 * r + 3] = c;
  }
}

/** g = G^T U G. */
function filterBack(u: Float32Array, { i, step }: { i: number; step: number }, w: Float32Array): void {
  for (let r = 0; r < 4; r++) {
    const at = i + 4 * r * step;
    const [a, b, c, d] = [u[at]!, u[at + step]!, u[at + 2 * step]!, u[at + 3 * step]!];
    columns[3 * r] = a + (b + c) / 2;
    columns[3 * r + 1] = (b - c) / 2;
    columns[3 * r + 2] = (b + c) / 2 + d;
  }
  for (let s = 0; s < 3; s++) {
    const [a, b, c, d] = [columns[s]!, columns[3 + s]!, columns[6 + s]!, columns[9 + s]!];
    w[9 * i + s] = a + (b + c) / 2;
    w[9 * i + 3 + s] = (b - c) / 2;
    w[9 * i + 6 + s] = (b + c) / 2 + d;
  }
}

/** Between the two halves of a transform. */
const columns = new Float64Array(12);

function inverse(map: Int32Array): Int32Array {
  const places = new Int32Array(map.length);
  map.forEach((from, place) => {
    places[from] = place;
  });
  return places;
}

function divisorUpTo(n: number, most: number): number {
  let best = 1;
  for (let d = 2; d <= Math.min(n, most); d++) if (n % d === 0) best = d;
  return best;
}
