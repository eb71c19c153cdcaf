/**
 * Bilinear resize with antialiasing, byte for byte what Pillow's Image.resize(BILINEAR) gives, so that accuracies
 * measured with PIL or torchvision are met: Pillow, src/libImaging/Resample.c. Columns first, then rows; each output
 * pixel is a triangle-weighted mean in fixed point, rounded to a byte after each of the two passes.
 */
import type { Pixels } from './pixels.ts';

/** Pillow's PRECISION_BITS: 32 - 8 bits of pixel - 2 of headroom. */
const FRACTION_BITS = 22;

interface Window {
  readonly first: number;
  readonly weights: Int32Array; // fixed point, summing to about 2^22
}

function triangleWindows(from: number, to: number): Window[] {
  const scale = from / to;
  const reach = Math.max(scale, 1); // shrinking widens the triangle: that is the antialiasing
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const heights = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / reach)),
    );
    const sum = heights.reduce((a, b) => a + b, 0);
    return {
      first,
      weights: Int32Array.from(heights, (h) => Math.trunc(0.5 + (h / sum) * 2 ** FRACTION_BITS)),
    };
  });
}

const HALF = 1 << (FRACTION_BITS - 1);

export function resize(pixels: Pixels, width: number, height: number): Pixels {
  if (pixels.width === width && pixels.height === height) return pixels;
  return resizeRows(resizeColumns(pixels, width), height);
}

function resizeColumns({ bytes, width, height, channels }: Pixels, to: number): Pixels {
  if (width === to) return { bytes, width, height, channels };
  const windows = triangleWindows(width, to);
  const out = new Uint8Array(to * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < to; x++) {
      const { first, weights } = windows[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0, at = (y * width + first) * channels + c; k < weights.length; k++, at += channels)
          sum += bytes[at]! * weights[k]!;
        out[(y * to + x) * channels + c] = Math.min(255, sum >> FRACTION_BITS);
      }
    }
  return { bytes: out, width: to, height, channels };
}

function resizeRows({ bytes, width, height, channels }: Pixels, to: number): Pixels {
  if (height === to) return { bytes, width, height, channels };
  const windows = triangleWindows(height, to);
  const row = width * channels;
  const out = new Uint8Array(to * row);
  for (let y = 0; y < to; y++) {
    const { first, weights } = windows[y]!;
    for (let x = 0; x < row; x++) {
      let sum = HALF;
      for (let k = 0, at = first * row + x; k < weights.length; k++, at += row)
        sum += bytes[at]! * weights[k]!;
      out[y * row + x] = Math.min(255, sum >> FRACTION_BITS);
    }
  }
  return { bytes: out, width, height: to, channels };
}

/** The middle of a picture; an odd rest goes to the right and the bottom. */
export function centreCrop(
  { bytes, width, height, channels }: Pixels,
  to: readonly [h: number, w: number],
): Pixels {
  const [h, w] = to;
  if (h === height && w === width) return { bytes, width, height, channels };
  const top = Math.floor((height - h) / 2);
  const left = Math.floor((width - w) / 2);
  const out = new Uint8Array(h * w * channels);
  for (let y = 0; y < h; y++) {
    const start = ((y + top) * width + left) * channels;
    out.set(bytes.subarray(start, start + w * channels), y * w * channels);
  }
  return { bytes: out, width: w, height: h, channels };
}
