/**
 * How a convolution becomes three GEMMs without im2col. The padded ifmap is laid out as stride-1 planes, one for each
 * polyphase component that a tap reads, all of width Q + reach; then tap (r, s) of every ofmap position is one run of
 * memory, shifted by the tap's offset, and the ofmap comes out in rows of the same width, of which Q columns count.
 *
 *   ifmap 4x4, pad 1, 3x3          a grid plane of 6x6, offsets 0 1 2 6 7 8 12 13 14, ofmap rows of 6 with 4 in use
 *   . . . . . .                    the gradient of the ofmap lies on the same grid with zeros in the 2 unused columns,
 *   . x x x x .                    so the way back is the same GEMM with the offsets negated
 *   . x x x x .
 */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';

/** Ifmap pixels of one phase: box [rows, cols] of the grid plane, from every stride-th pixel of the ifmap. */
export interface Phase {
  readonly row: number; // where the box begins in the grid plane
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  readonly y: number; // where it begins in the ifmap
  readonly x: number;
}

export interface Tap {
  readonly position: number; // r * S + s
  readonly phase: number; // index
  readonly offset: number; // elements from an ofmap position's place in the phase's plane
}

export interface Grid {
  readonly P: number;
  readonly Q: number;
  readonly height: number;
  readonly width: number;
  readonly phases: readonly Phase[];
  readonly taps: readonly Tap[];
  /** From the first to the last ofmap position, elements. */
  readonly columns: number;
  /** The largest offset: so many zeros lie in front of a gradient's first plane. */
  readonly reach: number;
  /** The ifmap is its own grid. */
  readonly denseIfmap: boolean;
  /** The ofmap has no unused columns. */
  readonly denseOfmap: boolean;
}

export function gridOf(conv: ConvShape): Grid {
  const { H, W, R, S, stride, pad, dilation } = conv;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const reachY = Math.floor(((R - 1) * dilation[0]) / stride[0]);
  const reachX = Math.floor(((S - 1) * dilation[1]) / stride[1]);
  const [height, width] = [P + reachY, Q + reachX];

  const phases: Phase[] = [];
  const indexOf = new Map<number, number>();
  const taps: Tap[] = [];
  for (let r = 0; r < R; r++)
    for (let s = 0; s < S; s++) {
      const [y, x] = [r * dilation[0], s * dilation[1]];
      const [a, b] = [y % stride[0], x % stride[1]];
      let phase = indexOf.get(a * stride[1] + b);
      if (phase === undefined) {
        phase = phases.length;
        indexOf.set(a * stride[1] + b, phase);
        const down = box({ size: H, before: pad[0], step: stride[0], phase: a, extent: height });
        const across = box({ size: W, before: pad[1], step: stride[1], phase: b, extent: width });
        phases.push({
          row: down.first,
          rows: down.count,
          y: down.source,
          col: across.first,
          cols: across.count,
          x: across.source,
        });
      }
      const offset = Math.floor(y / stride[0]) * width + Math.floor(x / stride[1]);
      taps.push({ position: r * S + s, phase, offset });
    }
  return {
    P,
    Q,
    height,
    width,
    phases,
    taps,
    columns: (P - 1) * width + Q,
    reach: reachY * width + reachX,
    denseIfmap:
      stride[0] === 1 && stride[1] === 1 && height === H && width === W && pad.every((n) => n === 0),
    denseOfmap: reachX === 0,
  };
}

/** Along one axis: the ifmap positions i * step + phase - before that exist, for i in [0, extent). */
function box(axis: { size: number; before: number; step: number; phase: number; extent: number }) {
  const { size, before, step, phase, extent } = axis;
  const first = Math.max(0, Math.ceil((before - phase) / step));
  const last = Math.min(extent - 1, Math.floor((size - 1 + before - phase) / step));
  return { first, count: Math.max(0, last - first + 1), source: first * step + phase - before };
}

/** Where each element of a packed left operand comes from: panels of four rows, then single rows (offset-gemm.ts). */
export function panelMap(
  rows: number,
  depth: number,
  source: (row: number, d: number) => number,
): Int32Array {
  const map = new Int32Array(rows * depth);
  const whole = rows - (rows % 4);
  let at = 0;
  for (let m = 0; m < whole; m += 4)
    for (let d = 0; d < depth; d++) for (let i = 0; i < 4; i++) map[at++] = source(m + i, d);
  for (let m = whole; m < rows; m++) for (let d = 0; d < depth; d++) map[at++] = source(m, d);
  return map;
}
