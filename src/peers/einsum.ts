/**
 * A layer as Timeloop and ZigZag state it, loops and which of them index each operand, to the convolution that it is.
 * What a loop is for follows from who it indexes:
 *
 *   ofmap   ifmap   weight
 *     x       x               an ofmap pixel, or an image
 *     x               x       a filter
 *             x       x       a product: an input channel, or a row or column of the filter
 *     x       x       x       a group
 *
 * A place of the ifmap such as 2 * oy + 1 * fy ties a pixel's loop (stride 2) to a filter's (dilation 1). Where no place
 * does, the layer is a matrix product.
 */
import { fail } from '../errors.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { convOf, gemmConv } from './layer-table.ts';
import { quoted } from './text.ts';

export interface Term {
  readonly loop: string;
  readonly times: number;
}

export interface Einsum {
  readonly sizes: ReadonlyMap<string, number>;
  readonly ofmap: readonly string[];
  readonly weight: readonly string[];
  /** The ifmap's places, from slow to fast: height comes before width. */
  readonly ifmap: readonly Place[];
}

export interface Place {
  readonly terms: readonly Term[];
  /** Zeros before and behind the ifmap along this axis. */
  readonly pad?: readonly [before: number, after: number];
}

export interface Understood {
  readonly conv: ConvShape;
  readonly images: number;
}

interface Axis {
  readonly pixels: number;
  readonly stride: number;
  readonly taps: number;
  readonly dilation: number;
  readonly pad: readonly [before: number, after: number];
}

const POINT: Axis = { pixels: 1, stride: 1, taps: 1, dilation: 1, pad: [0, 0] };

export function convOfEinsum(layer: Einsum): Understood {
  const role = rolesOf(layer);
  const sliding = layer.ifmap.filter(({ terms }) => terms.length > 1 || terms.some(({ times }) => times > 1));
  if (sliding.length > 2) fail(`the ifmap slides along ${sliding.length} axes, expected at most 2`);
  const slid = new Set(sliding.flatMap(({ terms }) => terms.map(({ loop }) => loop)));
  const product = (wanted: Role): number =>
    [...layer.sizes].reduce(
      (n, [loop, size]) => (role(loop) === wanted && !slid.has(loop) ? n * size : n),
      1,
    );
  const [groups, channels, filters, plain] = [
    product('group'),
    product('product'),
    product('filter'),
    product('pixel'),
  ];
  if (sliding.length === 0 && groups === 1)
    return { conv: gemmConv({ M: plain, K: channels, N: filters }), images: 1 };
  const [rows, columns = POINT] = sliding.map((place) => axisOf(place, layer, role));
  const [y, x] = rows === undefined ? [POINT, { ...POINT, pixels: plain }] : [rows, columns];
  return {
    conv: convOf({
      C: channels * groups,
      K: filters * groups,
      groups,
      H: extentOf(y),
      W: extentOf(x),
      R: y.taps,
      S: x.taps,
      stride: [y.stride, x.stride],
      dilation: [y.dilation, x.dilation],
      pad: [y.pad[0], x.pad[0], y.pad[1], x.pad[1]],
    }),
    images: rows === undefined ? 1 : plain,
  };
}

type Role = 'pixel' | 'filter' | 'product' | 'group';

function rolesOf({ sizes, ofmap, weight, ifmap }: Einsum): (loop: string) => Role {
  const inIfmap = new Set(ifmap.flatMap(({ terms }) => terms.map(({ loop }) => loop)));
  const [inOfmap, inWeight] = [new Set(ofmap), new Set(weight)];
  for (const loop of [...inIfmap, ...inOfmap, ...inWeight])
    if (!sizes.has(loop)) fail(`the loop ${quoted(loop)} has no size`);
  const roles = new Map<string, Role>();
  for (const loop of sizes.keys()) {
    const who = [inOfmap, inIfmap, inWeight].map((set) => (set.has(loop) ? 'x' : '-')).join('');
    const role = ROLES.get(who) ?? (sizes.get(loop) === 1 ? 'pixel' : undefined);
    if (role === undefined)
      fail(
        `the loop ${quoted(loop)} indexes ${WHO.get(who)}: that is neither a convolution nor a matrix product`,
      );
    roles.set(loop, role);
  }
  return (loop) => roles.get(loop)!;
}

const ROLES = new Map<string, Role>([
  ['xx-', 'pixel'],
  ['x-x', 'filter'],
  ['-xx', 'product'],
  ['xxx', 'group'],
]);
const WHO = new Map([
  ['---', 'no operand'],
  ['x--', 'the ofmap alone'],
  ['-x-', 'the ifmap alone'],
  ['--x', 'the weights alone'],
]);

function axisOf({ terms, pad = [0, 0] }: Place, { sizes }: Einsum, role: (loop: string) => Role): Axis {
  const of = (wanted: Role): readonly Term[] => terms.filter(({ loop }) => role(loop) === wanted);
  const [[pixel, ...pixels], [tap, ...taps]] = [of('pixel'), of('product')];
  if (pixels.length + taps.length > 0 || terms.length > 2 || (pixel && tap ? 2 : 1) !== terms.length)
    fail(
      `the ifmap is indexed by ${terms.map(({ loop, times }) => `${times}*${quoted(loop)}`).join(' + ')}: expected one ofmap axis and one filter axis`,
    );
  return {
    pixels: pixel ? sizes.get(pixel.loop)! : 1,
    stride: pixel?.times ?? 1,
    taps: tap ? sizes.get(tap.loop)! : 1,
    dilation: tap?.times ?? 1,
    pad,
  };
}

/** The rows or columns that the loops read, less the padding among them. */
function extentOf({ pixels, stride, taps, dilation, pad }: Axis): number {
  const read = (pixels - 1) * stride + (taps - 1) * dilation + 1;
  const extent = read - pad[0] - pad[1];
  if (extent < 1) fail(`the loops read ${read} rows or columns, of which ${pad[0] + pad[1]} are padding`);
  return extent;
}
