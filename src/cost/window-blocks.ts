/**
 * What an im2col unit sees of an ifmap: the ofmap's pixels in raster order, a block of them at a time, and for each tap
 * (c, r, s) of the window whether any pixel of the block reads a non-zero there.
 *
 *   block of 4 pixels, tap (c, r, s)     ifmap[c] at the 4 places     0 0 7 0  -> kept     0 0 0 0  -> skipped
 */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';

export interface WindowBlocks {
  /** Blocks that keep each tap, at [unit][c * R * S + r * S + s]; units take equal strips of the blocks. */
  readonly kept: readonly Float64Array[];
  /** The same weighed by the pixels of a block: the last of an image may be short. */
  readonly pixels: Float64Array;
  readonly blocks: number; // of all images
}

export interface BlockSize {
  readonly pixels: number; // of a block
  readonly units: number; // strips that the blocks are cut into
}

/** Count the blocks of a batch. Padding holds zeros. */
export function windowBlocks(
  ifmaps: readonly ByteData[],
  conv: ConvShape,
  { pixels, units }: BlockSize,
): WindowBlocks {
  const [P, Q, taps] = [ofmapHeight(conv), ofmapWidth(conv), conv.C * conv.R * conv.S];
  const perImage = Math.ceil((P * Q) / pixels);
  const blocks = perImage * ifmaps.length;
  const kept = Array.from({ length: units }, () => new Float64Array(taps));
  const weighed = new Float64Array(taps);
  const unitOf = Uint16Array.from({ length: blocks }, (_, block) => Math.floor((block * units) / blocks));
  for (const [n, ifmap] of ifmaps.entries())
    for (let tap = 0; tap < taps; tap++)
      eachKept(ifmap, conv, { tap, pixels }, (block, size) => {
        kept[unitOf[n * perImage + block]!]![tap]!++;
        weighed[tap]! += size;
      });
  return { kept, pixels: weighed, blocks };
}

/** Every block of one image in which some pixel reads a non-zero at a tap. */
function eachKept(
  ifmap: ByteData,
  conv: ConvShape,
  { tap, pixels }: { tap: number; pixels: number },
  see: (block: number, size: number) => void,
): void {
  const { H, W, R, S, stride, pad, dilation } = conv;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const base = Math.floor(tap / (R * S)) * H * W;
  const top = Math.floor((tap % (R * S)) / S) * dilation[0] - pad[0];
  const left = (tap % S) * dilation[1] - pad[1];
  // Columns of the ofmap whose tap lies inside the ifmap: no test inside the loop.
  const first = Math.min(Q, Math.max(0, Math.ceil(-left / stride[1])));
  const end = Math.max(first, Math.min(Q, Math.floor((W - 1 - left) / stride[1]) + 1));
  for (let p = 0, next = 0; p < P; p++) {
    const y = top + p * stride[0];
    if (y < 0 || y >= H) continue;
    const row = base + y * W + left;
    // `next` is the first pixel not yet known to lie in a kept block.
    for (let at = Math.max(next, p * Q + first); at < p * Q + end; at++) {
      if (ifmap[row + (at - p * Q) * stride[1]] === 0) continue;
      const block = Math.floor(at / pixels);
      next = (block + 1) * pixels;
      see(block, Math.min(pixels, P * Q - block * pixels));
      at = next - 1;
    }
  }
}
