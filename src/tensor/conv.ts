/**
 * Loop bounds of one convolution, in Timeloop's letters, for one image.
 * Eyeriss writes M for our K, and E and F for our P and Q; see docs/GLOSSARY.md.
 *
 *   ifmap [C,H,W]  *  weight [K,C/groups,R,S]  ->  ofmap [K,P,Q]
 *
 * A fully connected layer is the same with H = W = R = S = 1.
 */
import { fail } from '../errors.ts';

export interface ConvShape {
  readonly C: number; // input channels, all groups together
  readonly H: number; // ifmap height, before padding
  readonly W: number; // ifmap width, before padding
  readonly K: number; // output channels, i.e. filters, all groups together
  readonly R: number; // filter height
  readonly S: number; // filter width
  readonly stride: readonly [y: number, x: number];
  readonly pad: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: readonly [y: number, x: number];
  readonly groups: number;
}

/** Rows or columns of the ofmap along one axis; 0 or less when the filter does not fit. */
export const ofmapExtent = (
  size: number,
  before: number,
  after: number,
  kernel: number,
  stride: number,
  dilation = 1,
) => Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;

/** Ofmap height P. */
export const ofmapHeight = ({ H, R, stride, pad, dilation }: ConvShape): number =>
  ofmapExtent(H, pad[0], pad[2], R, stride[0], dilation[0]);

/** Ofmap width Q. */
export const ofmapWidth = ({ W, S, stride, pad, dilation }: ConvShape): number =>
  ofmapExtent(W, pad[1], pad[3], S, stride[1], dilation[1]);

/** Multiplications of the plain loop nest for one image, padded positions counted (as published totals do). */
export const denseMacs = (conv: ConvShape): number =>
  conv.K * (conv.C / conv.groups) * conv.R * conv.S * ofmapHeight(conv) * ofmapWidth(conv);

export const weightCount = ({ K, C, groups, R, S }: ConvShape): number => K * (C / groups) * R * S;

/** Refuse loop bounds that no convolution has; returns its argument. */
export function checkConv(conv: ConvShape): ConvShape {
  const { C, H, W, K, R, S, groups } = conv;
  for (const [letter, n] of Object.entries({ C, H, W, K, R, S, groups }))
    if (!Number.isSafeInteger(n) || n < 1 || n > 2 ** 20)
      fail(`convolution with ${letter} = ${n}: expected a whole number from 1 to 2^20`);
  for (const [what, list, least] of [
    ['stride', conv.stride, 1],
    ['dilation', conv.dilation, 1],
    ['pad', conv.pad, 0],
  ] as const)
    if (list.some((n) => !Number.isSafeInteger(n) || n < least || n > 4096))
      fail(`convolution with ${what} [${list}]: expected whole numbers from ${least} to 4096`);
  if (C % groups !== 0 || K % groups !== 0)
    fail(`convolution with ${groups} groups: they must divide C = ${C} and K = ${K}`);
  if (ofmapHeight(conv) < 1 || ofmapWidth(conv) < 1)
    fail(`a ${R}x${S} filter does not fit the ${H}x${W} ifmap with padding [${conv.pad}]`);
  return conv;
}
