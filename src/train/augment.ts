/** Augmentation: each picture as it is seen in one epoch, from a random stream of its own. */
import type { Random } from '../tensor/random.ts';
import type { Split } from './datasets/dataset.ts';

export interface Augment {
  /** Shift by up to so many pixels each way, zeros moving in: a random crop of the padded picture. */
  readonly crop?: number;
  /** Mirror left and right, every other time. */
  readonly flip?: boolean;
  /** Mixup's alpha: pictures are mixed in pairs with a share drawn from Beta(alpha, alpha); 0.2 is usual. */
  readonly mixup?: number;
}

export interface Picture {
  readonly shape: readonly [C: number, H: number, W: number];
  readonly random: Random;
}

/** Picture i of the split into `out`, shifted and mirrored. */
export function writePicture(
  { split, i, out }: { split: Split; i: number; out: Float32Array },
  { crop = 0, flip = false }: Augment,
  { shape: [C, H, W], random }: Picture,
): void {
  const image = split.image(i);
  if (image.length !== out.length)
    throw new Error(`image ${i} has ${image.length} values, not ${out.length}`);
  const [down, right] = [random.below(2 * crop + 1) - crop, random.below(2 * crop + 1) - crop];
  const mirror = flip && random.below(2) === 1;
  if (down === 0 && right === 0 && !mirror) {
    out.set(image);
    return;
  }
  for (let c = 0, o = 0; c < C; c++)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++, o++) {
        const [v, u] = [y - down, (mirror ? W - 1 - x : x) - right];
        out[o] = v >= 0 && v < H && u >= 0 && u < W ? image[(c * H + v) * W + u]! : 0;
      }
}

/** Mix each picture with the one opposite in the batch; gives the share of the first and who the second is. */
export function mixPictures(
  images: Float32Array,
  labels: Int32Array,
  { alpha, random }: { alpha: number; random: Random },
): { labels: Int32Array; share: number } {
  const share = drawBeta(alpha, random);
  const batch = labels.length;
  const size = images.length / batch;
  for (let a = 0; a < batch >> 1; a++) {
    const [i, j] = [a * size, (batch - 1 - a) * size];
    for (let k = 0; k < size; k++) {
      const [x, y] = [images[i + k]!, images[j + k]!];
      images[i + k] = share * x + (1 - share) * y;
      images[j + k] = share * y + (1 - share) * x;
    }
  }
  return { labels: labels.toReversed(), share };
}

/** Beta(alpha, alpha) by Johnk's method (1964), which suits alpha up to 1. */
function drawBeta(alpha: number, random: Random): number {
  for (;;) {
    const [x, y] = [random.uniform() ** (1 / alpha), random.uniform() ** (1 / alpha)];
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}
