/**
 * Lowering: every layer becomes stride-1 planes with small kernels (design: polyphase, kernel-row unrolling).
 *
 * Along one axis an ofmap position p reads ifmap position y = stride * p + r * dilation - pad for tap r. Writing
 * y = step * Y + origin turns the ifmap into planes in which tap r reads Y = p + j: a stride-1 kernel.
 *
 *   stride 2, kernel 3, pad 1     y = 2p - 1, 2p, 2p + 1
 *     odd rows   y = 2Y - 1       taps r = 0 (j = 0), r = 2 (j = 1)
 *     even rows  y = 2Y           tap  r = 1 (j = 0)
 *
 * A slice is one such plane's share of a kernel; every input channel has the same slices, so a virtual channel is
 * (channel, slice), numbered channel * slices + slice. Under dilation d at stride 1 the ofmap, too, falls into d
 * phases that share nothing; each is a lowered layer of its own.
 */
import type { Arch } from '../arch/arch.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';

export interface Tap {
  readonly weight: number; // r * S + s
  readonly y: number; // psum row = plane row - y
  readonly x: number;
}

export interface PlaneSlice {
  readonly origin: readonly [y: number, x: number]; // ifmap position of plane position 0
  readonly step: readonly [y: number, x: number]; // ifmap positions from one plane position to the next
  readonly taps: readonly Tap[]; // in raster order
}

export interface LoweredLayer {
  readonly slices: readonly PlaneSlice[];
  /** Psums a tile adds on each axis: (Th + halo) x (Tw + halo). */
  readonly halo: readonly [y: number, x: number];
  /** Ofmap rows and columns, and where they lie: p = origin + step * position. */
  readonly ofmap: readonly [P: number, Q: number];
  readonly ofmapOrigin: readonly [y: number, x: number];
  readonly ofmapStep: readonly [y: number, x: number];
  /** Plane positions that can hold a value of the ifmap: [first, end). */
  readonly rows: readonly [first: number, end: number];
  readonly cols: readonly [first: number, end: number];
}

/** How far a kernel is cut into planes of its own: not at all, by rows, or tap by tap. */
export type Unroll = 'none' | 'rows' | 'taps';

interface AxisPlane {
  readonly origin: number;
  readonly step: number;
  readonly taps: readonly { readonly index: number; readonly offset: number }[];
}

interface AxisLowering {
  readonly planes: readonly AxisPlane[];
  readonly halo: number;
  readonly count: number; // ofmap positions
  readonly ofmapOrigin: number;
  readonly ofmapStep: number;
  readonly span: readonly [first: number, end: number];
}

interface Axis {
  readonly size: number;
  readonly ofmap: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

const floorMod = (a: number, n: number): number => ((a % n) + n) % n;

/** One axis; `split` gives every tap a plane of its own, so that the axis has no halo. */
function lowerAxis(axis: Axis, split: boolean): readonly AxisLowering[] {
  const phases = axis.stride === 1 ? Math.min(axis.dilation, axis.ofmap) : 1;
  return Array.from({ length: phases }, (_, phase) => {
    const planeStep = axis.stride * phases;
    const planes = new Map<number, { index: number; offset: number }[]>();
    for (let index = 0; index < axis.kernel; index++) {
      const at = phase + index * axis.dilation - axis.pad; // ifmap position read by the phase's ofmap position 0
      const origin = floorMod(at, planeStep);
      const taps = planes.get(origin) ?? [];
      taps.push({ index, offset: (at - origin) / planeStep });
      planes.set(origin, taps);
    }
    const count = Math.ceil((axis.ofmap - phase) / phases);
    const lowered = [...planes].flatMap(([origin, taps]) => cutPlane(origin, planeStep, taps, split));
    return { ...withCommonOrigin(lowered, axis.size, count), count, ofmapOrigin: phase, ofmapStep: phases };
  });
}

/** Taps one by one move their own origin, so that their offset is 0. */
function cutPlane(
  origin: number,
  step: number,
  taps: AxisPlane['taps'],
  split: boolean,
): readonly AxisPlane[] {
  if (!split) return [{ origin, step, taps }];
  return taps.map(({ index, offset }) => ({
    origin: origin + step * offset,
    step,
    taps: [{ index, offset: 0 }],
  }));
}

/** Shift all planes so that the smallest offset of any tap is 0; find the halo and the positions with values. */
function withCommonOrigin(planes: readonly AxisPlane[], size: number, count: number) {
  const least = Math.min(...planes.flatMap((plane) => plane.taps.map((tap) => tap.offset)));
  const shifted = planes.map(({ origin, step, taps }) => ({
    origin: origin + step * least,
    step,
    taps: taps.map(({ index, offset }) => ({ index, offset: offset - least })),
  }));
  const halo = Math.max(...shifted.flatMap((plane) => plane.taps.map((tap) => tap.offset)));
  const first = Math.min(...shifted.map(({ origin, step }) => Math.max(0, Math.ceil(-origin / step))));
  const end = Math.max(...shifted.map(({ origin, step }) => Math.floor((size - 1 - origin) / step) + 1));
  return { planes: shifted, halo, span: [first, Math.max(first + 1, Math.min(count + halo, end))] as const };
}

/** The layer as planes; several only under dilation. Groups change nothing here: see filterBlocks. */
export function lower(conv: ConvShape, unroll: Unroll): readonly LoweredLayer[] {
  const vertical = lowerAxis(
    {
      size: conv.H,
      ofmap: ofmapHeight(conv),
      kernel: conv.R,
      stride: conv.stride[0],
      dilation: conv.dilation[0],
      pad: conv.pad[0],
    },
    unroll !== 'none',
  );
  const horizontal = lowerAxis(
    {
      size: conv.W,
      ofmap: ofmapWidth(conv),
      kernel: conv.S,
      stride: conv.stride[1],
      dilation: conv.dilation[1],
      pad: conv.pad[1],
    },
    unroll === 'taps',
  );
  return vertical.flatMap((y) =>
    horizontal.map((x) => ({
      slices: y.planes.flatMap((row) => x.planes.map((column) => crossPlanes(row, column, conv.S))),
      halo: [y.halo, x.halo] as const,
      ofmap: [y.count, x.count] as const,
      ofmapOrigin: [y.ofmapOrigin, x.ofmapOrigin] as const,
      ofmapStep: [y.ofmapStep, x.ofmapStep] as const,
      rows: y.span,
      cols: x.span,
    })),
  );
}

const crossPlanes = (row: AxisPlane, column: AxisPlane, S: number): PlaneSlice => ({
  origin: [row.origin, column.origin],
  step: [row.step, column.step],
  taps: row.taps.flatMap((r) =>
    column.taps.map((s) => ({ weight: r.index * S + s.index, y: r.offset, x: s.offset })),
  ),
});

/**
 * How far to cut: no further than the weight memory and the psum memory force, unless there are fewer planes than
 * rows; then whichever fills the array best at the machine's design point, half of the taps kept.
 * It follows from the shape alone, for the pruner must know the slices before there are weights.
 */
export function chooseUnroll(conv: ConvShape, arch: Arch): Unroll {
  const { rows, cols } = arch.array;
  const filters = conv.K / conv.groups;
  const merged = filters < cols ? Math.min(conv.groups, Math.floor(cols / filters)) : 1;
  const channels = (conv.C / conv.groups) * merged;
  let best: { readonly unroll: Unroll; readonly slots: number } | undefined;
  for (const unroll of ['none', 'rows', 'taps'] as const) {
    const layer = lower(conv, unroll)[0]!;
    if (!fits(layer, arch)) continue;
    const planes = channels * layer.slices.length;
    const taps = Math.max(...layer.slices.map((slice) => Math.ceil(slice.taps.length / 2)));
    const slots = Math.max(Math.ceil(planes / rows) * taps, psumsPerPixel(layer, arch.pe.psumDepth));
    if (!best || slots < best.slots) best = { unroll, slots };
    if (planes >= rows) break; // the rows are full: cutting further gains nothing
  }
  return best?.unroll ?? 'taps';
}

const fits = ({ slices, halo }: LoweredLayer, { pe }: Arch): boolean =>
  slices.every((slice) => slice.taps.length <= pe.weightDepth) &&
  (halo[0] + 1) * (halo[1] + 1) <= pe.psumDepth;

/** Psums drained for each ifmap pixel of the largest square tile: the least slots a pixel costs. */
function psumsPerPixel({ halo }: LoweredLayer, psumDepth: number): number {
  const side = Math.floor(Math.sqrt(psumDepth));
  const [h, w] = [Math.max(1, side - halo[0]), Math.max(1, side - halo[1])];
  return ((h + halo[0]) * (w + halo[1])) / (h * w);
}
